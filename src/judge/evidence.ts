import { BLOCKS, type Block } from './basis.ts';
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
/** Fewest observations that the variances are learned from. */
const ENOUGH = 20;
/** Most observations whose likelihood is exact: it takes the cube of their number. */
const MOST = 250;
/** From this many observations on, batches of `BATCH` instead, of at most `MOST_IN_BATCHES` in all. */
const MANY = 1000;
const BATCH = 100;
const MOST_IN_BATCHES = 5000;
const RANGE = { least: 0.002, most: 8 };
/** A weak prior: the log of a variance is about this far (standard deviation) from its default. */
const DOUBT = 2;

/**
 * The variances under which the votes are likeliest (empirical Bayes, type II maximum likelihood), found one at a time from
 * those of the last fit. Of many observations, 250 evenly spread ones are used; of very many, up to 5,000 in batches whose
 * likelihoods are multiplied, as if no two batches told about the same weights (a composite likelihood, Varin, Reid, Firth
 * 2011): where votes tell little about a joke, many pairs of jokes say more than few jokes compared exactly.
 */
export function likeliestVariances(
  all: readonly Observation[],
  start: Variances = VARIANCES,
  blocks: readonly Block[] = BLOCKS,
): Variances {
  if (all.length < ENOUGH) return start;
  const batches = batchesOf(all, blocks);
  let [best, likelihood] = [start, penalized(batches, start)];
  for (const factor of start === VARIANCES ? [4, 2, 2] : [2]) {
    for (const change of all.length < MANY ? CHANGES : [...CHANGES, ...TRADES])
      for (const by of [factor, 1 / factor]) {
        // Keeps going in a direction that helps.
        for (;;) {
          const next = change(best, by);
          const value = next === best ? Number.NEGATIVE_INFINITY : penalized(batches, next);
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

/**
 * A block takes from the jokes' own luck, or gives to it, so that ratings vary as much as before: neither could change alone
 * where only their sum is right.
 */
const TRADES = [1, 2, 3].map(
  (block): Change =>
    (variances, factor) => {
      const before = variances.blocks[block] ?? Number.NaN;
      const joke = variances.joke + before * (1 - factor) * (1 + variances.guild);
      const blocks = variances.blocks.map((value, i) => (i === block ? value * factor : value));
      return blocks.every(within) && within(joke) ? { ...variances, blocks, joke } : variances;
    },
);

interface Batch {
  observations: readonly Observation[];
  products: Products;
}

/** Evenly spread observations, dealt out to the batches in turns. */
function batchesOf(all: readonly Observation[], blocks: readonly Block[]): Batch[] {
  const many = all.length >= MANY;
  const some = evenlySpread(all, many ? MOST_IN_BATCHES : MOST);
  const count = many ? Math.floor(some.length / BATCH) : 1;
  return Array.from({ length: count }, (_, batch) => {
    const observations = some.filter((_, i) => i % count === batch);
    return { observations, products: productsOf(observations, blocks) };
  });
}

function evenlySpread(all: readonly Observation[], most: number): Observation[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)]).filter(
    (observation) => observation !== undefined,
  );
}

function penalized(batches: readonly Batch[], variances: Variances): number {
  const distance = (value: number, usual: number) => (Math.log(value / usual) / DOUBT) ** 2 / 2;
  const doubts =
    variances.blocks.reduce((sum, value, i) => sum + distance(value, VARIANCES.blocks[i] ?? value), 0) +
    distance(variances.guild, VARIANCES.guild) +
    distance(variances.joke, VARIANCES.joke);
  const likelihood = batches.reduce(
    (sum, { products, observations }) => sum + evidence(products, observations, variances),
    0,
  );
  return likelihood - doubts;
}

/** Log likelihood of the observations, whatever the weights. */
export const logEvidence = (observations: readonly Observation[], variances: Variances): number =>
  evidence(productsOf(observations, BLOCKS), observations, variances);

/** For each block, the products [n, n] of the observations' features, lower triangles. */
type Products = readonly Float64Array[];

function productsOf(observations: readonly Observation[], blocks: readonly Block[]): Products {
  const n = observations.length;
  return blocks.map(({ from, size }) => {
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
