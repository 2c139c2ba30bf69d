import { normal, type Random } from '../lib/random.ts';
import { type Fit, priorVariances } from './fit.ts';
import { cholesky, dot, type Square, square, times } from './matrix.ts';
import { MIDDLE } from './observations.ts';

export interface Prediction {
  /** Expected rating, 1 to 5 but not cut to that. */
  mean: number;
  /** Standard deviation of what the judge does not know about it: votes' noise and the joke's own luck are not in it. */
  deviation: number;
}

/** How a joke with these features would be rated in a guild, known to the judge or not. */
export function predict(fit: Fit, features: ArrayLike<number>, guildId: string | null): Prediction {
  const [mean = Number.NaN] = meansOf(fit, [features], guildId);
  const covariance = covarianceOf(fit, [features], guildId);
  return { mean, deviation: Math.sqrt(Math.max(0, covariance.values[0] ?? 0)) };
}

/** Variance of the difference of two votes, each by somebody else's taste and mood: a point each. */
const TASTE = 2;
/** A probit's slope in terms of a logit's (Amemiya 1981). */
const LOGIT_OF_PROBIT = 1.6;

/** How probable it is that somebody who hears both prefers the first, 0 to 1. */
export function preference(first: Prediction, second: Prediction): number {
  const spread = Math.sqrt(first.deviation ** 2 + second.deviation ** 2 + TASTE);
  return 1 / (1 + Math.exp((-LOGIT_OF_PROBIT * (first.mean - second.mean)) / spread));
}

/**
 * How much better the jokes told after something are than those told before it, in points, and how sure that is: what is open
 * about the weights, and that other jokes might have been told. The jokes are pairs, each told from one seed before and
 * after, so that what they owe to the seed cancels out. At least one pair.
 */
export function compareTellings(
  fit: Fit,
  { before, after }: Record<'before' | 'after', readonly ArrayLike<number>[]>,
  guildId: string,
): { gain: number; deviation: number } {
  const [from, to] = [meanFeatures(before), meanFeatures(after)];
  const { mean, deviation } = predict(
    fit,
    to.map((x, i) => x - (from[i] ?? Number.NaN)),
    guildId,
  );
  const [worse, better] = [meansOf(fit, before, guildId), meansOf(fit, after, guildId)];
  const luck = varianceOfMean(better.map((value, i) => value - (worse[i] ?? Number.NaN)));
  return { gain: mean - MIDDLE, deviation: Math.sqrt(deviation ** 2 + luck) };
}

function meanFeatures(jokes: readonly ArrayLike<number>[]): Float64Array {
  const size = jokes[0]?.length ?? 0;
  return Float64Array.from({ length: size }, (_, i) =>
    averageOf(jokes.map((features) => features[i] ?? Number.NaN)),
  );
}

function varianceOfMean(values: readonly number[]): number {
  const mean = averageOf(values);
  return averageOf(values.map((value) => (value - mean) ** 2)) / values.length;
}

const averageOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Default of `drawRatings`' boldness; more explores too much, since new candidates are news enough (docs/learning.md). */
const BOLDNESS = 0.2;

/** Fewest observations to choose by: until then, what is told at random teaches more (docs/learning.md). */
export const ENOUGH_TO_CHOOSE = 10;

/**
 * One opinion that the judge might hold of these jokes: their ratings under weights drawn from its beliefs, all under the
 * same ones (Thompson 1933). `boldness` scales the spread around the expected ratings: 1 is Thompson sampling, 0 always
 * expects the mean.
 */
export function drawRatings(
  fit: Fit,
  jokes: readonly ArrayLike<number>[],
  guildId: string | null,
  random: Random,
  boldness = BOLDNESS,
): number[] {
  const means = meansOf(fit, jokes, guildId);
  const covariance = covarianceOf(fit, jokes, guildId);
  // Two equal jokes have a singular covariance.
  for (let i = 0; i < jokes.length; i++) {
    const at = i * jokes.length + i;
    covariance.values[at] = (covariance.values[at] ?? 0) + 1e-9;
  }
  const { values, size } = cholesky(covariance);
  const normals = jokes.map(() => normal(random));
  return means.map(
    (mean, i) => mean + boldness * dot(values.subarray(i * size, i * size + i + 1), normals.slice(0, i + 1)),
  );
}

function meansOf(
  { shared, guilds }: Fit,
  jokes: readonly ArrayLike<number>[],
  guildId: string | null,
): number[] {
  const { mean } = (guildId !== null && guilds.get(guildId)) || shared;
  return jokes.map((features) => MIDDLE + dot(mean, features));
}

/** Covariance [n, n] of the jokes' expected ratings, both triangles. */
function covarianceOf(
  { blocks, shared, guilds, variances }: Fit,
  jokes: readonly ArrayLike<number>[],
  guildId: string | null,
): Square {
  const prior = priorVariances(variances, blocks);
  const guild = guildId === null ? undefined : guilds.get(guildId);
  // v = w + d: what is open about d given w, and what of w remains in v.
  const ofGuild = jokes.map((features) =>
    guild
      ? times(guild.covariance, features)
      : Float64Array.from(features, (x, i) => x * (prior[i] ?? 0) * variances.guild),
  );
  const ofShared = jokes.map((features, i) =>
    guild
      ? (ofGuild[i] ?? new Float64Array()).map((x, k) => x / ((prior[k] ?? 1) * variances.guild))
      : Float64Array.from(features),
  );
  const spread = ofShared.map((x) => times(shared.covariance, x));
  const result = square(jokes.length);
  for (const [i, own] of ofGuild.entries())
    for (const [j, features] of jokes.entries())
      result.values[i * jokes.length + j] = dot(own, features) + dot(spread[i] ?? [], ofShared[j] ?? []);
  return result;
}
