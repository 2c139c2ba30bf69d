import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { houseJokesAbout } from '../../src/corpus/house-themes.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import {
  button,
  isEphemeral,
  isFinished,
  jokeOf,
  type Player,
  type SeenMessage,
  voteButtons,
} from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

/** Without the id of a house joke, which must be there. */
const footer = (message: SeenMessage) =>
  (message.embeds[0]?.footer?.text ?? '').replace(
    /(?<=^(Chiste de la casa|House joke)) · (casa|chispa)-\d+$/,
    '',
  );
const labels = (message: SeenMessage) => message.components[1]?.components.map(({ label }) => label) ?? [];
/** As Discord shows it: without Markdown escapes. */
const shown = (message: SeenMessage) => jokeOf(message).replace(/\\(?=\W)/g, '');
const texts = new Set(houseJokes().map(({ text }) => text));

describe('the jokes of the house', () => {
  let started: Started;
  let player: Player;
  const tell = async (options = {}, user = player.ana, extra = {}) =>
    (await player.ask(user, 'chiste', options, extra)).answer((m) => isFinished(m) || isEphemeral(m));

  beforeAll(async () => {
    started = await startForTest();
    player = started.player;
  });
  afterAll(() => started.close());

  it('are told and said to be so, without the steps of a model that did not think them', async () => {
    const joke = await tell({ fuente: 'casa' });
    expect(joke.embeds[0]?.footer?.text).toMatch(/^Chiste de la casa · (casa|chispa)-\d+$/);
    expect(texts).toContain(shown(joke));
    expect(labels(joke)).toEqual([es.buttons.again, es.buttons.more, es.buttons.report, es.buttons.delete]);
    expect(footer(await tell({ fuente: 'casa' }, player.ana, { locale: 'en-US' }))).toBe(en.joke.house);
  });

  it('are told beside those of the model, each said to be what it is', async () => {
    const told: string[] = [];
    for (let i = 0; i < 24 && new Set(told).size < 2; i++) {
      const joke = await tell();
      const isHouse = footer(joke) === 'Chiste de la casa';
      if (!isHouse) expect(footer(joke)).toMatch(/^Recién inventado · mini-es/);
      expect(texts.has(shown(joke))).toBe(isHouse);
      told.push(isHouse ? 'house' : 'new');
    }
    expect(new Set(told).size).toBe(2); // fails by chance less than once in 8 million runs
  });

  it('are found by a theme, however it is inflected', async () => {
    const about = new Set(houseJokesAbout('gato').map(({ text }) => text));
    for (const tema of ['gatos', 'un gatito'])
      expect(about).toContain(shown(await tell({ tema, fuente: 'casa' })));
  });

  it('say so when none is about the theme, and leave the theme to the model', async () => {
    const refused = await tell({ tema: 'xilofonista', fuente: 'casa' });
    expect(refused.content).toBe(es.refusal.noHouse);
    expect(isEphemeral(refused)).toBe(true);
    expect(footer(await tell({ tema: 'xilofonista' }))).toMatch(/^Recién inventado/);
  });

  it('are voted on, asked for again and gone on with like any other', async () => {
    const joke = await tell({ tema: 'gato', fuente: 'casa' });
    await player.press(player.luis, joke, voteButtons(joke)[4] ?? '');
    const rated = await player.until(player.luis, joke.id, (m) =>
      JSON.stringify(m.embeds).includes('1 voto'),
    );
    expect(footer(rated)).toBe('Chiste de la casa');
    const again = await (await player.press(player.luis, joke, button(joke, es.buttons.again))).answer(
      isFinished,
    );
    expect(footer(again)).toBe('Chiste de la casa');
    expect(shown(again)).not.toBe(shown(joke));
    expect(houseJokesAbout('gato').map(({ text }) => text)).toContain(shown(again));
    const more = await (await player.press(player.luis, joke, button(joke, es.buttons.more))).answer(
      isFinished,
    );
    expect(more.embeds[0]?.title).toBe(es.joke.continuation);
    expect(footer(more)).toMatch(/^Recién inventado · mini-es/);
    for (const tema of [undefined, 'gatos']) {
      const best = await tell({ fuente: 'mejores', ...(tema && { tema }) });
      expect(shown(best)).toBe(shown(joke));
    }
    const none = await (
      await player.ask(player.ana, 'chiste', { fuente: 'mejores', tema: 'submarinos' })
    ).answer();
    expect(none.content).toBe(es.refusal.noBestAbout);
    const answer = async (name: string) =>
      (await (await player.ask(player.ana, name)).answer(({ embeds }) => embeds.length > 0)).embeds[0]
        ?.description;
    expect(await answer('ranking')).toContain(`· 1 voto · ${es.ranking.house}\n`);
    expect(await answer('estadisticas')).toMatch(
      /\n\*{0,2}De la casa\*{0,2}: \d+ chistes · 1 voto · nota media 5$/,
    );
  });

  it('are named after whoever asked there when they are told again, who may take that telling away', async () => {
    const tema = 'hipopótamo';
    const about = houseJokesAbout(tema);
    for (const _ of about) await tell({ tema, fuente: 'casa' });
    const retold = await tell({ tema, fuente: 'casa' }, player.luis);
    expect(about.map(({ text }) => text)).toContain(shown(retold));
    await player.press(player.ana, retold, voteButtons(retold)[3] ?? '');
    const voted = await player.until(player.ana, retold.id, (m) =>
      JSON.stringify(m.embeds).includes('1 voto'),
    );
    expect(JSON.stringify(voted.embeds)).toContain(`<@${player.luis.id}>`);
    const refused = await player.press(player.ana, retold, button(retold, es.buttons.delete));
    expect((await refused.answer((m) => m.id !== retold.id)).content).toBe(es.refusal.notYours);
    await player.press(player.luis, retold, button(retold, es.buttons.delete));
    const isLeft = async () => (await player.messages(player.ana.id)).some(({ id }) => id === retold.id);
    await player.eventually(async () => ((await isLeft()) ? undefined : true));
    expect(about.map(({ text }) => text)).toContain(shown(await tell({ tema, fuente: 'casa' })));
  });

  it('are taken away by whoever asked', async () => {
    const joke = await tell({ fuente: 'casa' });
    await player.press(player.ana, joke, button(joke, es.buttons.delete));
    const isGone = async () => !(await player.messages(player.ana.id)).some(({ id }) => id === joke.id);
    await player.eventually(async () => ((await isGone()) ? true : undefined));
  });
});

describe('without a generator', () => {
  it('a joke of the house is told at once', async () => {
    const started = await startForTest({ roles: ['bot'], onServer: true });
    try {
      const { player } = started;
      const joke = await (await player.ask(player.ana, 'chiste')).answer(isFinished);
      expect(footer(joke)).toBe('Chiste de la casa');
      const about = await player.ask(player.ana, 'chiste', { tema: 'xilofonista' });
      const other = await about.answer(isFinished);
      expect(footer(other)).toBe('Chiste de la casa');
      expect(other.content).toBe(es.joke.houseLacks('xilofonista'));
    } finally {
      await started.close();
    }
  });
});
