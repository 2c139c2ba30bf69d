import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { RANGES } from '../../src/lib/settings.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { postgresName, skipPostgres } from '../databases.ts';
import { isEphemeral, isFinished, jokeOf, type Player, type SeenMessage, voteButtons } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const text = (message: SeenMessage) => JSON.stringify([message.content, message.embeds, message.components]);

describe.each([
  { name: 'PGlite', skip: false },
  { name: postgresName, skip: skipPostgres },
])('a community on $name', ({ name, skip }) => {
  let started: Started;
  let player: Player;

  beforeAll(async () => {
    if (skip) return;
    started = await startForTest({ onServer: name !== 'PGlite', config: { metricsPort: 0 } });
    player = started.player;
  });
  afterAll(() => started?.close());

  it.skipIf(skip)('is told where the page is', () => {
    expect(started.said.at(-1)).toMatch(/^Chispa is ready: http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.skipIf(skip)('is told a joke that streams in, and rates it', async () => {
    const { ana, luis } = player;
    const asked = await player.ask(ana, 'chiste', { fuente: 'nuevo' });
    const joke = await asked.answer(isFinished);
    expect(joke.edits).toBeGreaterThan(0);
    expect(jokeOf(joke).length).toBeGreaterThan(5);
    expect(isEphemeral(joke)).toBe(false);

    const buttons = voteButtons(joke);
    await player.press(ana, joke, buttons[4] ?? '');
    await player.press(luis, joke, buttons[1] ?? '');
    await player.until(luis, joke.id, (m) => text(m).includes('★ 3,5 de 5 · 2 votos'));
    // A person's latest vote counts.
    await player.press(luis, joke, buttons[3] ?? '');
    const rated = await player.until(ana, joke.id, (m) => text(m).includes('★ 4,5 de 5 · 2 votos'));
    expect(jokeOf(rated)).toBe(jokeOf(joke));
    expect(rated.components[0]?.components.map(({ label }) => label)).toEqual([
      '1',
      '2',
      '3',
      '4 · 1',
      '5 · 1',
    ]);
  });

  it.skipIf(skip)('is measured, for the host', async () => {
    const monitor = started.said
      .find((line) => line.startsWith('Health'))
      ?.match(/http:.*(?=\/metrics)/)?.[0];
    const ready = await fetch(`${monitor}/readyz`);
    expect(await ready.json()).toEqual({
      ready: true,
      ...{ started: true, database: true, engine: true, gateway: true },
    });
    const measured = await (await fetch(`${monitor}/metrics`)).text();
    const value = (series: string) => Number(measured.match(new RegExp(`^${series} (\\S+)$`, 'm'))?.[1]);
    expect(value('chispa_ratings_total')).toBeGreaterThanOrEqual(3);
    expect(value('chispa_requests_total{outcome="handled"}')).toBeGreaterThanOrEqual(1);
    expect(value('chispa_acknowledgement_seconds_count')).toBeGreaterThanOrEqual(4);
    expect(value('chispa_decoded_tokens_total{model="mini-es"}')).toBeGreaterThan(5);
    expect(value('chispa_first_token_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(value('chispa_start_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(value('chispa_start_seconds_sum')).toBeGreaterThan(0);
  });

  it.skipIf(skip)('has a text continued, the given text first', async () => {
    const asked = await player.ask(player.luis, 'continuar', { texto: 'Había una vez' });
    const answer = await asked.answer(isFinished);
    expect(jokeOf(answer)).toMatch(/^\*\*Había una vez\*\*.{10,}/su);
  });

  it.skipIf(skip)('is told when the text was longer than the model can read', async () => {
    const asked = await player.ask(player.ana, 'continuar', {
      texto: 'Érase un burro muy sabio. '.repeat(38),
    });
    const answer = await asked.answer(isFinished);
    expect(answer.content).toContain('Tu texto era más largo');
  });

  it.skipIf(skip)('continues a joke and a person’s message from the message menu', async () => {
    const { ana } = player;
    const first = await (await player.ask(ana, 'continuar', { texto: 'El burro dijo' })).answer(isFinished);
    const more = await player.ask(ana, 'Continuar chiste', {}, { target: first.id });
    const second = await more.answer(isFinished);
    expect(jokeOf(second)).toContain('El burro dijo');
    expect(jokeOf(second).length).toBeGreaterThan(jokeOf(first).length);

    const written = await player.call<SeenMessage>('/box/messages', {
      channel: player.channel,
      user: ana.id,
      content: 'Va una vaca y',
    });
    const third = await player.ask(ana, 'Continuar chiste', {}, { target: written.id });
    expect(jokeOf(await third.answer(isFinished))).toMatch(/^\*\*Va una vaca y\*\*/);
  });

  it.skipIf(skip)('is refused /ajustar, unless a moderator', async () => {
    const refused = await (await player.ask(player.luis, 'ajustar', {}, { subcommand: 'ver' })).answer();
    expect(refused.content).toBe(es.refusal.moderatorsOnly);
    expect(refused.embeds).toEqual([]);
    expect(isEphemeral(refused)).toBe(true);
    const panel = await (await player.ask(player.moderator, 'ajustar', {}, { subcommand: 'ver' })).answer();
    expect(text(panel)).toContain('0,8: equilibrada');
  });

  it.skipIf(skip)('speaks English to who speaks English', async () => {
    const panel = await player.ask(player.moderator, 'ajustar', {}, { subcommand: 'ver', locale: 'en-US' });
    expect(text(await panel.answer())).toContain('0.8: balanced');
  });

  it.skipIf(skip)('gets the same joke from the same seed', async () => {
    const once = await (await player.ask(player.ana, 'chiste', { semilla: 42 })).answer(isFinished);
    const again = await (await player.ask(player.luis, 'chiste', { semilla: 42 })).answer(isFinished);
    const other = await (await player.ask(player.luis, 'chiste', { semilla: 43 })).answer(isFinished);
    expect(jokeOf(again)).toBe(jokeOf(once));
    expect(jokeOf(other)).not.toBe(jokeOf(once));
  });

  it.skipIf(skip)('hears what moderators set: ε = 1 says the same whatever the seed', async () => {
    const { moderator, ana } = player;
    const set = await player.ask(
      moderator,
      'ajustar',
      { decodificador: 'epsilon-greedy', epsilon: 1, máximo: 24 },
      { subcommand: 'decodificador' },
    );
    expect(text(await set.answer())).toContain('1: siempre elige lo más probable');
    const once = await (await player.ask(ana, 'chiste', { semilla: 1 })).answer(isFinished);
    const again = await (await player.ask(ana, 'chiste', { semilla: 2 })).answer(isFinished);
    expect(jokeOf(again)).toBe(jokeOf(once));

    const reset = await (await player.ask(moderator, 'ajustar', {}, { subcommand: 'restablecer' })).answer();
    expect(text(reset)).toContain('0,8: equilibrada');
    expect(text(reset)).toContain(`<@${moderator.id}>`);
  });

  it.skipIf(skip)('is told how many tokens the model can read, and what has no effect', async () => {
    const { config } = await openModelFolder(bundledModelPath);
    const set = async (options: object) => {
      const asked = await player.ask(
        player.moderator,
        'ajustar',
        { ...options },
        { subcommand: 'decodificador' },
      );
      return (await asked.answer()).content;
    };
    const most = RANGES.maxTokens.max;
    if (config.positions < most) {
      expect(await set({ máximo: most })).toContain(
        `\`máximo\` puede ir de 1 a ${es.number(config.positions)}`,
      );
    }
    expect(await set({ máximo: Math.min(most, config.positions), epsilon: 0.3 })).toBe(
      `Con el decodificador «muestreo» \`epsilon\` no cuenta.\n${es.settings.changed}`,
    );
    // Then the next jokes come out as before.
    expect(await set({ epsilon: 0.4 })).toBe(
      `Con el decodificador «muestreo» \`epsilon\` no cuenta.\n${es.settings.saved}`,
    );
    await (await player.ask(player.moderator, 'ajustar', {}, { subcommand: 'restablecer' })).answer();
  });

  describe('with bad input', () => {
    const unchecked = { unchecked: true };
    it.skipIf(skip).each([
      ['an empty text', 'continuar', { texto: '' }, {}, /está vacío/],
      ['a text of spaces and hidden characters', 'continuar', { texto: ' \u200b ' }, {}, /está vacío/],
      ['6,000 characters', 'continuar', { texto: 'a'.repeat(6000) }, {}, /hasta 1000 caracteres/],
      [
        'an ε of 7',
        'ajustar',
        { epsilon: 7 },
        { subcommand: 'decodificador' },
        /`epsilon` debe ser un número entre 0 y 1/,
      ],
      [
        'an ε of "abc"',
        'ajustar',
        { epsilon: 'abc' },
        { subcommand: 'decodificador' },
        /`epsilon` debe ser un número/,
      ],
      [
        'half a token',
        'ajustar',
        { máximo: 1.5 },
        { subcommand: 'decodificador' },
        /número entero entre 1 y/,
      ],
      ['no option', 'ajustar', {}, { subcommand: 'decodificador' }, /elige al menos una opción/],
      [
        'settings that contradict each other',
        'ajustar',
        { decodificador: 'greedy', temperatura: 1.2 },
        { subcommand: 'decodificador' },
        /`temperatura` no cuenta\. No he cambiado nada/,
      ],
      [
        'an unknown decoder',
        'ajustar',
        { decodificador: 'beam' },
        { subcommand: 'decodificador' },
        /No conozco|decodificador/,
      ],
    ] as const)('answers %s with a sentence', async (_, command, options, extra, sentence) => {
      const asked = await player.ask(player.moderator, command, options, { ...extra, ...unchecked });
      const answer = await asked.answer();
      expect(answer.content).toMatch(sentence);
      expect(isEphemeral(answer)).toBe(true);
    });

    it.skipIf(skip)('does not even reach the bot with an unknown subcommand', async () => {
      const asked = player.ask(player.moderator, 'ajustar', {}, { subcommand: 'romper', ...unchecked });
      await expect(asked).rejects.toThrow(/400.*no subcommand romper/);
    });

    it.skipIf(skip).each(['nonsense', 'c1:rate:x', 'c1:rate:abc:9', 'c0:rate:abc:3', 'c1:rate:a%20b:3'])(
      'answers the forged or old button %s with a sentence',
      async (customId) => {
        const joke = await (await player.ask(player.ana, 'continuar', { texto: 'Un pato' })).answer(
          isFinished,
        );
        const answer = await (await player.press(player.luis, joke, customId, unchecked)).answer();
        expect(answer.content).toMatch(/Este botón es de otra época/);
      },
    );

    it.skipIf(skip)('answers a vote on a joke that is gone, and shows no tally', async () => {
      const joke = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
      const press = await player.press(player.luis, joke, 'c1:rate:AAAAAAAAAAAA:3', unchecked);
      const answers = await player.until(player.luis, joke.id, () => true);
      expect(text(answers)).toContain('Sin votos todavía');
      expect((await press.answer((m) => m.id !== joke.id)).content).toMatch(/Ese chiste ya no existe/);
    });
  });

  it.skipIf(skip)('was spoken to as Discord’s OpenAPI says', () => {
    const { exchanges, violations } = started.openApi();
    expect(exchanges).toBeGreaterThan(50);
    expect(violations).toEqual([]);
  });
});
