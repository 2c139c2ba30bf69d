/**
 * The random numbers of one row: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11),
 * with the request's seed as key and the index of the generated token as counter. A number depends only on those two,
 * so a row draws the same numbers whatever else is in the batch, today or after a restart.
 */
export interface StepRandom {
  /** Picks the token: a point of the cumulative distribution, in [0, 1). */
  draw: number;
  /** Decides ε-greedy's branch: greedy when it is below ε; in [0, 1). */
  coin: number;
}

/** The random numbers of generated token `step` (from 0) under `seed`, both unsigned 32-bit integers. */
export function randomAt(seed: number, step: number): StepRandom {
  const [a, b] = philox([step, 0, 0, 0], [seed, 0]);
  return { draw: unit(a), coin: unit(b) };
}

/** Keeps 24 bits, which float32 represents exactly: more could round up to 1 on the way into the graph. */
const unit = (word: number): number => (word >>> 8) / 2 ** 24;

type Counter = readonly [number, number, number, number];

/**
 * Philox4x32 with 10 rounds: maps a counter of four words and a key of two to four random words, all unsigned 32-bit.
 */
export function philox(counter: Counter, key: readonly [number, number]): Counter {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Upper 32 bits of the product of two unsigned 32-bit integers, in 16-bit halves that a double holds exactly. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh] = [a & 0xffff, a >>> 16];
  const [bLow, bHigh] = [b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle % 2 ** 16) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(carry / 2 ** 16)) >>> 0;
}
