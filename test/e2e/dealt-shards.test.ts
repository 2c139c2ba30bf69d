import { type Box, createBox } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { shardOf } from '../../packages/discord-in-a-box/src/snowflake.ts';
import { allBlocks } from '../../src/db/blocks.ts';
import { connect } from '../../src/db/connect.ts';
import { silent, skipPostgres } from '../databases.ts';
import { createPlayer, isFinished, type Player } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

describe.skipIf(skipPostgres)('two bot processes that share the shards', () => {
  let box: Box;
  /** Of one guild on each shard. */
  let players: [Player, Player];
  /** By the host, in the second process. */
  let shutOut: Player['ana'];
  const started: Started[] = [];
  const shard = (first: number) => ({ first, last: first, of: 2 });

  beforeAll(async () => {
    box = await createBox({ port: 0, gateway: { shards: 2 } });
    const byShard = [0, 1].map((shard) => box.guildIds.findIndex((id) => shardOf(id, 2) === shard));
    players = [await createPlayer(box.url, byShard[0]), await createPlayer(box.url, byShard[1])];
    const there = players[1];
    shutOut = [there.ana, there.luis].find(({ id }) => id !== players[0].moderator.id) ?? there.ana;
    const first = await startForTest({ box, onServer: true, config: { shards: shard(0) } });
    started.push(first);
    const { databaseUrl } = first;
    const config = { databaseUrl, voterSecret: 'a secret for the tests' };
    const blockedUsers = [shutOut.id];
    const roles = ['bot'] as const;
    started.push(await startForTest({ box, roles, config: { ...config, shards: shard(1), blockedUsers } }));
  });
  afterAll(async () => {
    for (const one of started.reverse()) await one.close();
    await box.close();
  });

  /** What a member reads when they ask for a joke. */
  const asks = async (player: Player, member: Player['ana']) =>
    (await player.ask(member, 'chiste', { fuente: 'casa' })).answer((m) => isFinished(m) || m.content !== '');

  it('answer in their own guilds, each once', async () => {
    for (const player of players) expect(isFinished(await asks(player, player.moderator))).toBe(true);
    expect(started.map(({ said }) => said.some((line) => line.includes('in 1 server')))).toEqual([
      true,
      true,
    ]);
  });

  it('keep out a third one that has the same', async () => {
    const { databaseUrl } = started[0] as Started;
    const config = { databaseUrl, voterSecret: 'a secret for the tests', shards: shard(1) };
    await expect(startForTest({ box, roles: ['bot'], config })).rejects.toMatchObject({
      code: 'token-in-use',
    });
  });

  it('answer nobody whom a moderator has shut out there, until they are let in again', async () => {
    const [here, elsewhere] = players;
    const block = async (persona: string, more = {}) =>
      (
        await (
          await here.ask(here.moderator, 'ajustar', { persona, ...more }, { subcommand: 'bloquear' })
        ).answer()
      ).content;
    expect(await block(here.ana.id)).toBe(
      `Hecho: aquí ya no atiendo a <@${here.ana.id}>. Con \`desactivar\` vuelvo a hacerlo.`,
    );
    await here.eventually(
      async () => (await asks(here, here.ana)).content.includes('moderan este servidor') || undefined,
    );
    expect(isFinished(await asks(here, here.luis))).toBe(true);
    expect(isFinished(await asks(elsewhere, elsewhere.moderator))).toBe(true);
    const own = await (await here.ask(here.ana, 'privacidad')).answer();
    expect(own.content + JSON.stringify(own.embeds)).not.toContain('moderan');

    const store = await connect({
      databaseUrl: (started[0] as Started).databaseUrl,
      dataDir: '',
      log: silent,
    });
    const blocks = await allBlocks(store.db);
    await store.close();
    expect(blocks).toMatchObject([{ guildId: here.guild, person: expect.stringMatching(/^[0-9a-f]{64}$/) }]);

    expect(await block(here.moderator.id)).toContain('no te puedo bloquear');
    expect(await block(here.ana.id, { desactivar: true })).toBe(
      `Hecho: vuelvo a atender a <@${here.ana.id}>.`,
    );
    await here.eventually(async () => isFinished(await asks(here, here.ana)) || undefined);
  });

  it('answer nobody whom the host has shut out', async () => {
    const [, there] = players;
    const { content } = await asks(there, shutOut);
    expect(content).toContain('Quien me hospeda');
  });
});
