import { foldedWords } from '../../corpus/words.ts';

/** The share of a joke's words, consecutively, that makes it a copy. */
const COPIED = 0.8;
/** Consecutive words that two jokes must share to be compared at all. */
const SEED = 4;

/**
 * Which of `texts` are copies of a whole joke in `sources`: 80 % of the words of either occur consecutively in the other.
 * Ignores case, accents and punctuation; a text of fewer than 5 words is never a copy. Memory grows with `texts` only.
 */
export function copiesOf(texts: readonly string[], sources: Iterable<string>): boolean[] {
  const words = texts.map(foldedWords);
  const places = new Map<string, Set<number>>();
  for (const [i, list] of words.entries())
    for (let at = 0; at + SEED <= list.length; at++) {
      const seed = list.slice(at, at + SEED).join(' ');
      places.set(seed, (places.get(seed) ?? new Set()).add(i));
    }
  const copied = texts.map(() => false);
  for (const source of sources) {
    const known = foldedWords(source);
    const candidates = new Set<number>();
    for (let at = 0; at + SEED <= known.length; at++)
      for (const i of places.get(known.slice(at, at + SEED).join(' ')) ?? []) candidates.add(i);
    for (const i of candidates) {
      const own = words[i] ?? [];
      if (copied[i] || own.length <= SEED) continue;
      copied[i] = longestRun(own, known) >= COPIED * Math.min(own.length, known.length);
    }
  }
  return copied;
}

/** Length of the longest run of words that occurs in both lists. */
function longestRun(a: readonly string[], b: readonly string[]): number {
  let longest = 0;
  let before = new Uint16Array(b.length + 1);
  for (const word of a) {
    const row = new Uint16Array(b.length + 1);
    for (let j = 0; j < b.length; j++)
      if (b[j] === word) {
        row[j + 1] = (before[j] ?? 0) + 1;
        longest = Math.max(longest, row[j + 1] ?? 0);
      }
    before = row;
  }
  return longest;
}
