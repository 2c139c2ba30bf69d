type Sequence = readonly (string | number)[];

/** Every `n` consecutive items of a sequence, each as one string. */
export const ngrams = (items: Sequence, n: number): string[] =>
  Array.from({ length: Math.max(0, items.length - n + 1) }, (_, i) => items.slice(i, i + n).join(' '));

/**
 * Share of distinct n-grams among the n-grams of all sequences (distinct-n, Li et al. 2016, arXiv:1510.03055): 1 if nothing
 * repeats. Undefined if no sequence has n items.
 */
export function distinct(sequences: readonly Sequence[], n: number): number | undefined {
  const grams = sequences.flatMap((items) => ngrams(items, n));
  return grams.length === 0 ? undefined : new Set(grams).size / grams.length;
}

/**
 * Share of 4-grams that already occurred in the sequence (seq-rep-4, Welleck et al. 2020, arXiv:1908.04319): 0 if
 * nothing repeats.
 */
export const repetition = (items: Sequence): number => 1 - (distinct([items], 4) ?? 1);
