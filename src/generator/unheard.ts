import { recitableWords } from '../corpus/words.ts';

/** How many jokes a server is taken to remember. */
export const REMEMBERED = 50;

/** The candidates that repeat no eight consecutive words of a joke told before; all, if each one does. */
export function unheard<C>(
  candidates: readonly C[],
  told: readonly string[],
  textOf: (one: C) => string,
): C[] {
  const known = new Set(told.flatMap(recitableWords));
  const fresh = candidates.filter((one) => !recitableWords(textOf(one)).some((words) => known.has(words)));
  return fresh.length > 0 ? fresh : [...candidates];
}
