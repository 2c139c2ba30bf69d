/** What one joke's votes, or one duel's, say about the weights: a number that should equal `features` · weights. */
export interface Observation {
  features: ArrayLike<number>;
  guildId: string;
  /** In points, above `MIDDLE` for a joke's mean. */
  value: number;
  /** Variance of `value` around the truth, from the votes alone. */
  noise: number;
  /** How many jokes it is about, each of which may be better or worse than its features say. */
  jokes: 1 | 2;
}

/** Ratings are 1 to 5; the judge works with their distance from 3. */
export const MIDDLE = 3;

/** A joke's votes in aggregate. */
export interface Votes {
  /** Their number, old ones counting less. */
  votes: number;
  mean: number;
  /** Around that mean (population, not sample). */
  variance: number;
}

/** Variance of a single vote around the joke's value, until there are enough jokes with several votes. */
const USUAL_NOISE = 1.4;
const ENOUGH = 20;
const NOISE = { least: 0.3, most: 3 };

/** Variance of a single vote around the joke's value: that within jokes, as in the trainer's vote model. */
export function voteNoise(jokes: readonly Votes[]): number {
  const repeated = jokes.filter(({ votes }) => votes > 1);
  if (repeated.length < ENOUGH) return USUAL_NOISE;
  const within = repeated.reduce((sum, { votes, variance }) => sum + votes * variance, 0);
  const freedom = repeated.reduce((sum, { votes }) => sum + votes - 1, 0);
  return Math.min(NOISE.most, Math.max(NOISE.least, within / freedom));
}

/** A joke's rating: `noise` is the variance of a single vote. */
export const rating = (
  { features, guildId }: Pick<Observation, 'features' | 'guildId'>,
  { votes, mean }: Pick<Votes, 'votes' | 'mean'>,
  noise: number,
): Observation => ({ features, guildId, value: mean - MIDDLE, noise: noise / votes, jokes: 1 });

/** Votes for each side of a duel; a tie counts half for both. */
export interface DuelVotes {
  guildId: string;
  aWins: number;
  bWins: number;
  ties: number;
}

/** A probit's slope in terms of a logit's (Amemiya 1981). */
const LOGIT_OF_PROBIT = 1.6;

/**
 * A duel between two jokes (Bradley–Terry): the log odds of its votes, with their variance (Haldane's correction, Gart and
 * Zweifel 1967), as a difference in points. A person who sees two jokes votes for the one that they would have rated
 * higher, each rating with the noise of a single vote.
 */
export function duel(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { guildId, aWins, bWins, ties }: DuelVotes,
  noise: number,
): Observation {
  const [a, b] = [aWins + ties / 2 + 0.5, bWins + ties / 2 + 0.5];
  const points = Math.sqrt(2 * noise) / LOGIT_OF_PROBIT;
  return {
    features: Float64Array.from(first, (x, i) => x - (second[i] ?? 0)),
    guildId,
    value: points * Math.log(a / b),
    noise: points ** 2 * (1 / a + 1 / b),
    jokes: 2,
  };
}
