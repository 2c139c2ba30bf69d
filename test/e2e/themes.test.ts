import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { trainableJokes } from '../../src/db/trainable.ts';
import { es } from '../../src/discord/messages/index.ts';
import { silent, skipPostgres } from '../databases.ts';
import { copyModel } from './model-copy.ts';
import { button, isFinished, type Player, type SeenMessage, voteButtons } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

/** A theme that a person types. */
const TYPED = 'Filomena la del quinto';
const OURS = 'gato';

/** On PostgreSQL, so that the test can read what training would see. */
describe.skipIf(skipPostgres).each([
  { name: 'has no place for a theme', template: undefined },
  { name: 'takes a theme', template: '{eot}Tema: {theme}\n' },
])('a theme, where the model $name', ({ template }) => {
  let started: Started;
  let player: Player;
  let store: Store;
  let model: string;

  beforeAll(async () => {
    model = copyModel('themed', { prompt: { theme: template } });
    started = await startForTest({ onServer: true, config: { model } });
    player = started.player;
    store = await connect({ databaseUrl: started.databaseUrl, dataDir: started.dataDir, log: silent });
  });
  afterAll(async () => {
    await store?.close();
    await started?.close();
    rmSync(dirname(model), { recursive: true });
  });

  const ask = async (tema: string) =>
    (await player.ask(player.ana, 'chiste', { tema, fuente: 'nuevo' })).answer(isFinished);
  /** Somebody votes for the joke, which makes it one to learn from. */
  async function vote(joke: SeenMessage): Promise<SeenMessage> {
    await player.press(player.luis, joke, voteButtons(joke)[4] ?? '');
    return player.until(player.ana, joke.id, (m) => JSON.stringify(m.embeds).includes('1 voto'));
  }
  const idOf = (joke: SeenMessage): string => voteButtons(joke)[0] ?? '';
  const trainable = () => trainableJokes(store.db);
  const isTrainable = async (joke: SeenMessage): Promise<boolean> =>
    (await trainable()).some(({ id }) => idOf(joke).includes(id));

  it('is suggested from our own list while one types', async () => {
    const { choices } = await player.call<{ choices: { value: string }[] }>('/box/autocomplete', {
      guild: player.guild,
      channel: player.channel,
      user: player.ana.id,
      name: 'chiste',
      options: { tema: 'GAT' },
      focused: 'tema',
    });
    expect(choices.map(({ value }) => value)).toEqual([OURS]);
  });

  it('heads its joke, or is told not to count', async () => {
    const joke = await ask(OURS);
    const isAbout = /\bgat/i.test(joke.embeds[0]?.description ?? '');
    expect(joke.embeds[0]?.title).toBe(template && isAbout ? es.joke.titleAbout(OURS) : es.joke.title);
    const missed = isAbout ? '' : es.joke.themeMissed(OURS);
    expect(joke.content).toBe(template ? missed : es.joke.themeIgnored(OURS));
  });

  it('of our own list may be learned from, also asked again and gone on with', async () => {
    const joke = await vote(await ask(OURS));
    const press = async (label: string) =>
      vote(await (await player.press(player.luis, joke, button(joke, label))).answer(isFinished));
    for (const told of [joke, await press(es.buttons.again), await press(es.buttons.more)]) {
      expect(await isTrainable(told)).toBe(true);
    }
    const [learned] = await trainable();
    expect(learned?.theme).toBe(template ? OURS : null);
  });

  it('typed by a person is never learned from, nor is a joke told from it, asked again or gone on with', async () => {
    for (const typed of [TYPED, 'Gato', 'gatos']) {
      const joke = await vote(await ask(typed));
      const press = async (label: string) =>
        vote(await (await player.press(player.luis, joke, button(joke, label))).answer(isFinished));
      for (const told of [joke, await press(es.buttons.again), await press(es.buttons.more)]) {
        // If the model's prompt has no place for a theme, nothing typed gets into the joke.
        expect(await isTrainable(told)).toBe(!template);
      }
    }
    const found = await trainable();
    expect(JSON.stringify(found)).not.toContain(TYPED);
    expect(found.map(({ theme }) => theme).filter((theme) => theme !== null && theme !== OURS)).toEqual([]);
  });
});
