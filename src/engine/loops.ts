/** The longest repeated part that counts as a loop, in tokens: a long sentence. */
const LONGEST = 64;
/** How many repetitions make a loop, and how many tokens they must span: laughter ("ja, ja, ja") stays below that. */
const REPEATS = 3;
const SHORTEST_LOOP = 24;

/**
 * Whether the text ends in a loop: the same n tokens at least three times in a row, spanning at least 24 tokens.
 * Returns how many tokens to keep: everything up to the end of the first repetition.
 */
export function loopEnd(tokens: readonly number[]): number | undefined {
  for (let period = 1; period <= LONGEST; period++) {
    const wanted = Math.max(REPEATS * period, SHORTEST_LOOP);
    if (wanted > tokens.length) break;
    const run = repeatedTail(tokens, period);
    if (run >= wanted) return tokens.length - run + period;
  }
  return undefined;
}

/** Length of the longest suffix in which every token equals the one `period` before it, including the first period. */
function repeatedTail(tokens: readonly number[], period: number): number {
  let start = tokens.length - period;
  while (start > 0 && tokens[start - 1] === tokens[start - 1 + period]) start--;
  return tokens.length - start;
}
