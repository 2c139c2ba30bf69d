import type { Tally } from './ratings.ts';

/** Returns a uniform random number in [0, 1). */
export type Random = () => number;

/**
 * Draws a joke's quality, 0 to 1, from the distribution that its votes imply. A vote of 1 counts as a failure, a vote
 * of 5 as a success, and votes in between as parts of both: Beta(1 + Σ(score−1)/4, 1 + Σ(5−score)/4).
 */
export function drawQuality({ counts }: Pick<Tally, 'counts'>, random: Random): number {
  const successes = counts.reduce((sum, votes, index) => sum + (votes * index) / 4, 0);
  const failures = counts.reduce((sum, votes, index) => sum + (votes * (4 - index)) / 4, 0);
  const gained = drawGamma(1 + successes, random);
  return gained / (gained + drawGamma(1 + failures, random));
}

/** Gamma(shape, 1) for shape ≥ 1, by rejection (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000). */
function drawGamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Standard normal (Box & Muller 1958). */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
