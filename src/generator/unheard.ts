import { foldedWords, recitableWords } from '../corpus/words.ts';

/** How many jokes people are taken to remember. */
export const REMEMBERED = 50;

/**
 * The candidates that repeat no eight consecutive words of a joke told before, nor a whole shorter one; all, if each one
 * does.
 */
export function unheard<C>(
  candidates: readonly C[],
  told: readonly string[],
  textOf: (one: C) => string,
): C[] {
  const known = new Set(told.flatMap(runsOf));
  const fresh = candidates.filter((one) => !runsOf(textOf(one)).some((words) => known.has(words)));
  return fresh.length > 0 ? fresh : [...candidates];
}

const runsOf = (text: string): string[] => {
  const runs = recitableWords(text);
  return runs.length > 0 ? runs : [foldedWords(text).join(' ')];
};
