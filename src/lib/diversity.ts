/**
 * Share of n-grams that are different from each other (distinct-n, Li et al. 2016, arXiv:1510.03055): 1 repeats
 * nothing. A text shorter than n counts as 1.
 */
export function distinct(tokens: readonly number[], n: number): number {
  const total = tokens.length - n + 1;
  if (total < 1) return 1;
  const seen = new Set<string>();
  for (let i = 0; i < total; i++) seen.add(tokens.slice(i, i + n).join());
  return seen.size / total;
}

/** Share of 4-grams that stood in the text before (seq-rep-4, Welleck et al. 2020, arXiv:1908.04319): 0 repeats nothing. */
export const repetition = (tokens: readonly number[]): number => 1 - distinct(tokens, 4);
