import { type Box, createBox } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../../packages/discord-in-a-box/src/snowflake.ts';
import { createPlayer, isFinished, jokeOf, type Player, type SeenMessage, voteButtons } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

describe('where Discord asks for two shards', () => {
  let box: Box;
  let started: Started;

  beforeAll(async () => {
    box = await createBox({ port: 0, gateway: { shards: 2 } });
    started = await startForTest({ box });
  });
  afterAll(async () => {
    await started?.close();
    await box.close();
  });

  it('is in the guilds of both', () => {
    expect(box.guildIds.map((id) => shardOf(id, 2)).sort()).toEqual([0, 1]);
    expect(started.said.find((line) => line.startsWith('Chispa is ready'))).toContain('in 2 servers');
  });

  it('tells a joke and takes votes in each', async () => {
    for (const index of box.guildIds.keys()) {
      const player: Player = await createPlayer(box.url, index);
      const joke = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
      expect(jokeOf(joke).length).toBeGreaterThan(3);
      await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
      await player.until(player.ana, joke.id, (m: SeenMessage) =>
        JSON.stringify(m.embeds).includes('1 voto'),
      );
    }
  });

  it('keeps the settings of each apart', async () => {
    const [one, other] = await Promise.all([createPlayer(box.url, 0), createPlayer(box.url, 1)]);
    const panel = async (player: Player, options = {}, subcommand = 'ver') =>
      JSON.stringify(await (await player.ask(player.moderator, 'ajustar', options, { subcommand })).answer());
    expect(await panel(one, { segundos: 17 }, 'espera')).toContain('17 s');
    expect(await panel(other)).not.toContain('17 s');
  });
});
