import { BLOCKS } from './basis.ts';
import { cholesky, forward, square } from './matrix.ts';
import type { Observation } from './observations.ts';

/** How much each part of the model varies, as variances in points². */
export interface Variances {
  /** Of the weights of each of `BLOCKS`. */
  blocks: readonly number[];
  /** A guild's deviation from the shared weights, relative to `blocks`. */
  guild: number;
  /** Of a joke's value around what its features say. */
  joke: number;
}

/**
 * Before there is anything to learn them from. The level is not learned: its variance covers the whole scale, so that a
 * community that rates low or high is not taken for one that dislikes or likes what its jokes have in common.
 */
export const VARIANCES: Variances = { blocks: [4, 0.3, 0.3, 0.15], guild: 0.25, joke: 0.2 };
/** Fewest observations that the variances are learned from, and most. */
const ENOUGH = 20;
const MOST = 250;
const RANGE = { least: 0.002, most: 8 };
/** A weak prior: the log of a variance is about this far (standard deviation) from its default. */
const DOUBT = 2;

/**
 * The variances under which the votes are likeliest (empirical Bayes, type II maximum likelihood), found one at a time from
 * those of the last fit. Of many observations, 250 evenly spread ones are used.
 */
export function likeliestVariances(all: readonly Observation[], start: Variances = VARIANCES): Variances {
  if (all.length < ENOUGH) return start;
  const step = Math.max(1, all.length / MOST);
  const some = Array.from({ length: Math.min(MOST, all.length) }, (_, i) => all[Math.floor(i * step)]).filter(
    (observation) => observation !== undefined,
  );
  const products = productsOf(some);
  let [best, likelihood] = [start, penalized(products, some, start)];
  for (const factor of start === VARIANCES ? [4, 2, 2] : [2]) {
    for (const change of CHANGES)
      for (const by of [factor, 1 / factor]) {
        // Keeps going in a direction that helps.
        for (;;) {
          const next = change(best, by);
          const value = next === best ? Number.NEGATIVE_INFINITY : penalized(products, some, next);
          if (value <= likelihood + 1e-3) break;
          [best, likelihood] = [next, value];
        }
      }
  }
  return best;
}

type Change = (variances: Variances, factor: number) => Variances;
const within = (value: number): boolean => value >= RANGE.least && value <= RANGE.most;
const CHANGES: readonly Change[] = [
  ...[1, 2, 3].map(
    (block): Change =>
      (variances, factor) => {
        const blocks = variances.blocks.map((value, i) => (i === block ? value * factor : value));
        return blocks.every(within) ? { ...variances, blocks } : variances;
      },
  ),
  (variances, factor) =>
    within(variances.guild * factor) ? { ...variances, guild: variances.guild * factor } : variances,
  (variances, factor) =>
    within(variances.joke * factor) ? { ...variances, joke: variances.joke * factor } : variances,
];

function penalized(products: Products, observations: readonly Observation[], variances: Variances): number {
  const distance = (value: number, usual: number) => (Math.log(value / usual) / DOUBT) ** 2 / 2;
  const doubts =
    variances.blocks.reduce((sum, value, i) => sum + distance(value, VARIANCES.blocks[i] ?? value), 0) +
    distance(variances.guild, VARIANCES.guild) +
    distance(variances.joke, VARIANCES.joke);
  return evidence(products, observations, variances) - doubts;
}

/** Log likelihood of the observations, whatever the weights. */
export const logEvidence = (observations: readonly Observation[], variances: Variances): number =>
  evidence(productsOf(observations), observations, variances);

/** For each block, the products [n, n] of the observations' features, lower triangles. */
type Products = readonly Float64Array[];

function productsOf(observations: readonly Observation[]): Products {
  const n = observations.length;
  return BLOCKS.map(({ from, size }) => {
    const products = new Float64Array(n * n);
    for (const [i, { features: a }] of observations.entries())
      for (let j = 0; j <= i; j++) {
        const b = observations[j]?.features ?? a;
        let sum = 0;
        for (let k = from; k < from + size; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
        products[i * n + j] = sum;
      }
    return products;
  });
}

function evidence(
  products: Products,
  observations: readonly Observation[],
  { blocks, guild, joke }: Variances,
): number {
  const n = observations.length;
  const covariance = square(n);
  const { values } = covariance;
  for (const [i, { guildId, noise, jokes }] of observations.entries()) {
    for (let j = 0; j <= i; j++) {
      let shared = 0;
      for (let b = 0; b < blocks.length; b++) shared += (blocks[b] ?? 0) * (products[b]?.[i * n + j] ?? 0);
      values[i * n + j] = shared * (observations[j]?.guildId === guildId ? 1 + guild : 1);
    }
    values[i * n + i] = (values[i * n + i] ?? 0) + noise + jokes * joke;
  }
  const factor = cholesky(covariance);
  const z = forward(
    factor,
    Float64Array.from(observations, ({ value }) => value),
  );
  let sum = -0.5 * n * Math.log(2 * Math.PI);
  for (let i = 0; i < n; i++) sum -= (z[i] ?? 0) ** 2 / 2 + Math.log(values[i * n + i] ?? 0);
  return sum;
}
