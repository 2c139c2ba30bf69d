import { describe, expect, it } from 'vitest';
import { en, es, messagesFor } from '../../src/discord/messages/index.ts';

/** Every leaf of a language by its path: a text, or a function with its number of parameters. */
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

  it('leave nothing empty and nothing untranslated', () => {
    const texts = (language: object) =>
      Object.entries(JSON.parse(JSON.stringify(language)) as Record<string, unknown>).flatMap(([, part]) =>
        JSON.stringify(part).match(/"[^"]{25,}"/g),
      );
    const spanish = new Set(texts(es));
    expect(texts(en).filter((text) => text && spanish.has(text))).toEqual([]);
    for (const [path, kind] of leaves(es)) expect(`${path} ${kind}`).not.toMatch(/ $/);
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
