import {
  type Basis,
  BLOCKS,
  type Block,
  basisOfRated,
  blocksOf,
  featuresIn,
  featuresOf,
  type Reading,
} from './basis.ts';
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
  /** Of the features under it. */
  blocks: readonly Block[];
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
  { blocks = BLOCKS, variances, ...about }: About & { variances?: Variances | undefined },
): Fit {
  return fitWith(observations, {
    ...about,
    blocks,
    variances: likeliestVariances(observations, variances, blocks),
  });
}

interface About {
  model: string;
  basis: string;
  /** Of the observations' features; default those of `createBasis`. */
  blocks?: readonly Block[] | undefined;
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

/** A fit, and the basis in which features have to be measured for it. */
export interface Learned {
  basis: Basis;
  fit: Fit;
}

/**
 * Fits the judge to what people voted, in the basis that `basisOfRated` makes of `usual`; `variances` are those of the last
 * fit.
 */
export function fitVotings(usual: Basis, { jokes, duels }: Votings, variances?: Variances): Learned {
  const basis = basisOfRated(
    usual,
    jokes.filter(({ votes }) => votes > 0),
  );
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
  const { model, id } = basis;
  const about = { model, basis: id, blocks: blocksOf(basis), variances };
  return { basis, fit: fitJudge([...ratings, ...choices], about) };
}

/** `fitJudge` with given variances. */
export function fitWith(
  observations: readonly Observation[],
  { model, basis, blocks = BLOCKS, variances }: About & { variances: Variances },
): Fit {
  const size = featuresIn(blocks);
  const prior = priorVariances(variances, blocks);
  const precisions = prior.map((variance) => 1 / variance);
  const own = precisions.map((precision) => precision / variances.guild);
  const precision = square(size);
  for (let i = 0; i < size; i++) precision.values[i * size + i] = precisions[i] ?? 0;
  const right = new Float64Array(size);

  const guilds = new Map<string, Belief>();
  const pulls = new Map<string, Float64Array>();
  for (const [guildId, ofGuild] of groupedByGuild(observations)) {
    const { information, pull } = informationOf(ofGuild, variances.joke, size);
    for (let i = 0; i < size; i++) {
      const at = i * size + i;
      information.values[at] = (information.values[at] ?? 0) + (own[i] ?? 0);
    }
    const covariance = inverse(information);
    // With the guild's deviation integrated out, it tells about the shared weights: D − D·C·D and D·C·b.
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const at = i * size + j;
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
  return { model, basis, blocks, observations: observations.length, variances, shared, guilds };
}

/** Whether a fit is about features under this basis. One for another model version must never be used. */
export const fits = (fit: Pick<Fit, 'model' | 'basis'>, basis: { model: string; id: string }): boolean =>
  fit.model === basis.model && fit.basis === basis.id;

/** Λ, the prior variance of each weight. */
export const priorVariances = (variances: Variances, blocks: readonly Block[]): Float64Array => {
  const prior = new Float64Array(featuresIn(blocks));
  blocks.forEach(({ from, size }, i) => {
    prior.fill(variances.blocks[i] ?? Number.NaN, from, from + size);
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
  size: number,
): { information: Square; pull: Float64Array } {
  const information = square(size);
  const { values } = information;
  const pull = new Float64Array(size);
  for (const { features, value, noise, jokes } of observations) {
    const weight = 1 / (noise + jokes * joke);
    for (let i = 0; i < size; i++) {
      const x = weight * (features[i] ?? 0);
      if (x === 0) continue; // most stems
      pull[i] = (pull[i] ?? 0) + x * value;
      for (let j = 0, at = i * size; j <= i; j++, at++)
        values[at] = (values[at] ?? 0) + x * (features[j] ?? 0);
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) values[j * size + i] = values[i * size + j] ?? 0;
  return { information, pull };
}
