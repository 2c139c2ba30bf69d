import { describe, expect, it } from 'vitest';
import { helpMessage } from '../../src/discord/help-message.ts';
import { en, es, messagesFor } from '../../src/discord/messages/index.ts';

/** Every leaf of a language by its path: a text, or a function and its number of parameters. */
function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, 'text']]);
  if (typeof value === 'function') return new Map([[path, `function of ${value.length}`]]);
  const entries = Object.entries(value as object).flatMap(([key, child]) => [
    ...leaves(child, `${path}/${key}`),
  ]);
  return new Map(entries);
}

describe('the languages', () => {
  it('say the same things', () => {
    expect(Object.fromEntries(leaves(en))).toEqual(Object.fromEntries(leaves(es)));
    expect(leaves(es).size).toBeGreaterThan(120);
  });

  /** Everything a language says, with values filled in. */
  const said = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    // A text passes for numbers, names and lists alike: only the words around them matter here.
    if (typeof value === 'function') return [value.toString()];
    return Object.values(value as object).flatMap(said);
  };

  it.each([
    ['Spanish', es],
    ['English', en],
  ])('name commands and subcommands as Discord shows them in %s', (_, { commands, ...messages }) => {
    const names = new Map(
      Object.values(commands).map((command) => [
        command.name,
        'subcommands' in command ? Object.values(command.subcommands).map(({ name }) => name) : [],
      ]),
    );
    const mentions = said(messages).flatMap((text) => [
      ...text.matchAll(/(?:^|[\s`*])\/([a-z]+)(?: ([a-z-]+)`)?/g),
    ]);
    expect(mentions.length).toBeGreaterThan(10);
    for (const [mention, command = '', subcommand] of mentions) {
      expect([...names.keys()], mention).toContain(command);
      if (subcommand) expect(names.get(command), mention).toContain(subcommand);
    }
  });

  it('count one as one', () => {
    expect(es.statistics.summary(1, 1, null)).toBe('1 chiste · 1 voto');
    expect(en.statistics.summary(1, 2, 3)).toBe('1 joke · 2 votes · mean rating 3');
    expect(es.settings.values.daily('1', '01:30', 'UTC')).toContain('a la 01:30');
    expect(es.settings.explain.maxTokens(1)).toContain('1 palabra,');
    expect(es.privacy.forgotten(1, 1)).toContain('1 voto y 1 petición.');
    expect(en.statistics.chart.version('mini-es', 4, 1)).toBe('mini-es  4  (1 vote)');
  });

  it('speak Spanish that America reads too', () => {
    for (const text of said(es)) {
      expect(text).not.toMatch(
        /vosotr|vuestr|(?<![\p{L}])os (?=gust|he |lo )|[aei]steis|fichas|codicios|jubilad/iu,
      );
    }
  });

  it('leave nothing empty and nothing untranslated', () => {
    const texts = (language: object) =>
      Object.entries(JSON.parse(JSON.stringify(language)) as Record<string, unknown>).flatMap(([, part]) =>
        JSON.stringify(part).match(/"[^"]{25,}"/g),
      );
    const spanish = new Set(texts(es));
    expect(texts(en).filter((text) => text && spanish.has(text))).toEqual([]);
    for (const [path, kind] of leaves(es)) expect(`${path} ${kind}`).not.toMatch(/ $/);
  });

  it('promise to learn from votes only where that is so', () => {
    const help = (inGuild: boolean) => JSON.stringify(helpMessage(es, { inGuild }));
    expect(help(true)).toContain(es.help.learns);
    expect(help(false)).not.toContain(es.help.learns);
  });

  it('are chosen by the locale of whoever asks: Spanish of any country, else English', () => {
    expect(messagesFor('es-ES')).toBe(es);
    expect(messagesFor('es-419')).toBe(es);
    expect(messagesFor('en-US')).toBe(en);
    expect(messagesFor('fr')).toBe(en);
  });

  it('write numbers as their readers do', () => {
    expect(es.joke.tally(3.5, 1200)).toBe('★ 3,5 de 5 · 1200 votos');
    expect(en.joke.tally(3.5, 1200)).toBe('★ 3.5 of 5 · 1,200 votes');
    expect(es.joke.tally(4, 1)).toBe('★ 4 de 5 · 1 voto');
  });
});
