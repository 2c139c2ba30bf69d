import { type Basis, BLOCKS, FEATURES, featuresOf, type Reading } from './basis.ts';
import { likeliestVariances, type Variances } from './evidence.ts';
import { inverse, type Square, square, times } from './matrix.ts';
import { type DuelVotes, duel, type Observation, rating, type Votes, voteNoise } from './observations.ts';

/** What the judge believes about weights: their mean [p] and covariance [p, p]. */
export interface Belief {
  mean: Float64Array;
  covariance: Square;
}

/** A fit: what was learned from the votes under one basis, and so for one model version. */
export interface Fit {
  /** sha256 of the model's weights. */
  model: string;
  /** Of the basis that the features were measured in. */
  basis: string;
  /** Observations it was fitted on. */
  observations: number;
  variances: Variances;
  /** The weights that all guilds share. */
  shared: Belief;
  /**
   * For each guild with votes: `mean` of its own weights, and the covariance that they would have if the shared ones were
   * known.
   */
  guilds: Map<string, Belief>;
}

/**
 * Bayesian linear regression of ratings on features: weights shared by all guilds, w ~ N(0, Λ), and for each guild a
 * deviation from them, d ~ N(0, guild · Λ). Exact, in closed form; Λ and the other variances are those under which the votes
 * are likeliest, searched from `start`.
 */
export function fitJudge(
  observations: readonly Observation[],
  { model, basis, variances }: { model: string; basis: string; variances?: Variances | undefined },
): Fit {
  return fitWith(observations, { model, basis, variances: likeliestVariances(observations, variances) });
}

/** A joke that was rated in a guild, or was in a duel there and has 0 votes. */
export interface ReadJoke extends Reading, Votes {
  id: string;
  guildId: string;
}

/** What people chose between two of the jokes, by id. */
export interface ReadDuel extends DuelVotes {
  a: string;
  b: string;
}

export interface Votings {
  jokes: readonly ReadJoke[];
  /** Those between jokes that are not there do not count. */
  duels: readonly ReadDuel[];
}

/** Fits the judge to what people voted; `variances` are those of the last fit. */
export function fitVotings(basis: Basis, { jokes, duels }: Votings, variances?: Variances): Fit {
  const noise = voteNoise(jokes);
  const features = new Map(jokes.map((joke) => [joke.id, featuresOf(basis, joke)]));
  const ratings = jokes.flatMap((joke) => {
    const own = features.get(joke.id);
    return own && joke.votes > 0 ? [rating({ features: own, guildId: joke.guildId }, joke, noise)] : [];
  });
  const choices = duels.flatMap((votes) => {
    const [a, b] = [features.get(votes.a), features.get(votes.b)];
    return a && b ? [duel(a, b, votes, noise)] : [];
  });
  return fitJudge([...ratings, ...choices], { model: basis.model, basis: basis.id, variances });
}

/** `fitJudge` with given variances. */
export function fitWith(
  observations: readonly Observation[],
  { model, basis, variances }: { model: string; basis: string; variances: Variances },
): Fit {
  const prior = priorVariances(variances);
  const precisions = prior.map((variance) => 1 / variance);
  const own = precisions.map((precision) => precision / variances.guild);
  const precision = square(FEATURES);
  for (let i = 0; i < FEATURES; i++) precision.values[i * FEATURES + i] = precisions[i] ?? 0;
  const right = new Float64Array(FEATURES);

  const guilds = new Map<string, Belief>();
  const pulls = new Map<string, Float64Array>();
  for (const [guildId, ofGuild] of groupedByGuild(observations)) {
    const { information, pull } = informationOf(ofGuild, variances.joke);
    for (let i = 0; i < FEATURES; i++) {
      const at = i * FEATURES + i;
      information.values[at] = (information.values[at] ?? 0) + (own[i] ?? 0);
    }
    const covariance = inverse(information);
    // With the guild's deviation integrated out, it tells about the shared weights: D − D·C·D and D·C·b.
    for (let i = 0; i < FEATURES; i++) {
      for (let j = 0; j <= i; j++) {
        const at = i * FEATURES + j;
        const both = (own[i] ?? 0) * (covariance.values[at] ?? 0) * (own[j] ?? 0);
        precision.values[at] = (precision.values[at] ?? 0) + (i === j ? (own[i] ?? 0) : 0) - both;
      }
    }
    times(covariance, pull).forEach((x, i) => {
      right[i] = (right[i] ?? 0) + (own[i] ?? 0) * x;
    });
    guilds.set(guildId, { mean: new Float64Array(), covariance });
    pulls.set(guildId, pull);
  }
  const covariance = inverse(precision);
  const shared = { mean: times(covariance, right), covariance };
  for (const [guildId, belief] of guilds) {
    const pull = pulls.get(guildId) ?? right;
    const drawn = pull.map((x, i) => x + (own[i] ?? 0) * (shared.mean[i] ?? 0));
    belief.mean = times(belief.covariance, drawn);
  }
  return { model, basis, observations: observations.length, variances, shared, guilds };
}

/** Whether a fit is about features under this basis. One for another model version must never be used. */
export const fits = (fit: Pick<Fit, 'model' | 'basis'>, basis: { model: string; id: string }): boolean =>
  fit.model === basis.model && fit.basis === basis.id;

/** Λ, the prior variance of each weight. */
export const priorVariances = ({ blocks }: Variances): Float64Array => {
  const prior = new Float64Array(FEATURES);
  BLOCKS.forEach(({ from, size }, i) => {
    prior.fill(blocks[i] ?? Number.NaN, from, from + size);
  });
  return prior;
};

function groupedByGuild(observations: readonly Observation[]): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>();
  for (const observation of observations) {
    const group = groups.get(observation.guildId);
    if (group) group.push(observation);
    else groups.set(observation.guildId, [observation]);
  }
  return groups;
}

/** Xᵀ·W·X (both triangles) and Xᵀ·W·y of some observations, W one over their variances. */
function informationOf(
  observations: readonly Observation[],
  joke: number,
): { information: Square; pull: Float64Array } {
  const information = square(FEATURES);
  const { values } = information;
  const pull = new Float64Array(FEATURES);
  for (const { features, value, noise, jokes } of observations) {
    const weight = 1 / (noise + jokes * joke);
    for (let i = 0; i < FEATURES; i++) {
      const x = weight * (features[i] ?? 0);
      if (x === 0) continue; // most stems
      pull[i] = (pull[i] ?? 0) + x * value;
      for (let j = 0, at = i * FEATURES; j <= i; j++, at++)
        values[at] = (values[at] ?? 0) + x * (features[j] ?? 0);
    }
  }
  for (let i = 0; i < FEATURES; i++)
    for (let j = 0; j < i; j++) values[j * FEATURES + i] = values[i * FEATURES + j] ?? 0;
  return { information, pull };
}
