import { expect, it } from 'vitest';
import { isCrude } from '../../src/corpus/crude.ts';
import { meanScore } from '../../src/corpus/joke.ts';
import { corpusStats } from '../../src/corpus/stats.ts';
import { foldedWords } from '../../src/corpus/words.ts';

it('folds case, accents and punctuation, and keeps the ñ', () => {
  expect(foldedWords('— ¿QUÉ pingüino, niño, EÑE? ¡3 más!')).toEqual([
    'que',
    'pinguino',
    'niño',
    'eñe',
    '3',
    'mas',
  ]);
});

it.each([
  ['¡Qué C-O-S-A! La puta y la PUTADA', ['puta', 'putada']],
  ['El coño y el cono, el año y el ano', ['coño']],
  ['Se disputa el pollo, calcula la culpa', []],
])('finds the crude words of %j', (text, words) => {
  expect(foldedWords(text).filter(isCrude)).toEqual(words);
  expect(isCrude(text)).toBe(words.length > 0);
});

it('counts a vote for "not a joke" as zero', () => {
  expect(meanScore([1, 0, 0, 0, 0, 1])).toBe(2.5);
  expect(meanScore([0, 0, 0, 0, 0, 0])).toBeUndefined();
});

it('sums up a corpus', () => {
  const joke = (words: number, category?: string) => ({
    text: 'ja '.repeat(words).trim(),
    flags: [],
    voted: false,
    ...(category && { category }),
  });
  const stats = corpusStats([joke(10, 'mar'), joke(11, 'sol'), joke(30, 'sol'), joke(500)]);
  expect(stats).toMatchObject({ rows: 4, medianWords: 20.5, crude: 0, voted: 0 });
  expect(stats.lengths.map(({ rows }) => rows)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1]);
  expect(stats.categories).toEqual([
    { category: 'sol', rows: 2 },
    { category: '', rows: 1 },
    { category: 'mar', rows: 1 },
  ]);
});
