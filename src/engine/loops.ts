/** The longest repeated part that counts, in tokens: a long sentence. */
const LONGEST = 64;
/** Repetitions that make a loop, and the tokens they must fill: laughter ("ja, ja, ja") stays below. */
const REPEATS = 3;
const SHORTEST_LOOP = 24;

/**
 * Whether the text ends in a loop: the same n tokens at least three times in a row, over at least 24 tokens.
 * Returns how many tokens to keep: everything up to the end of the first of the repetitions.
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

/** Length of the longest tail in which every token equals the one `period` before it, the first period included. */
function repeatedTail(tokens: readonly number[], period: number): number {
  let start = tokens.length - period;
  while (start > 0 && tokens[start - 1] === tokens[start - 1 + period]) start--;
  return tokens.length - start;
}
