/** One of our own jokes and its votes in aggregate: nothing about any one person. */
export interface RatedJoke {
  id: string;
  /** Where it was told: no guild may dominate the model. */
  guildId: string;
  /** As it was shown: for a continuation of our own joke, the whole text. */
  text: string;
  /** From our own list of themes; null if none. */
  theme: string | null;
  /** Number of votes, old ones counting less: rarely an integer; 0 for one that was only told in duels. */
  votes: number;
  /** Their mean, 1 to 5, old ones counting less; 0 without votes. */
  mean: number;
  /** Their variance around that mean (population, not sample): 0 for a single vote. */
  variance: number;
  /** Null for a joke of the house. */
  modelVersionId: number | null;
  /** For a joke of the house: its id in corpus/jokes. It is told in many guilds, each with its own votes. */
  houseId: string | null;
}

/** The prior for a joke before anybody votes, and how many votes outweigh it. */
export interface VoteModel {
  /** Mean of the jokes, 1 to 5. */
  mean: number;
  /** Pseudo-votes at `mean` that every joke starts with. */
  shrinkage: number;
  /** Standard deviation of the jokes' true values, in points. */
  spread: number;
}

/** Used until there are enough votes: the middle of the scale, as in Discord's ranking. */
const PRIOR: VoteModel = { mean: 3, shrinkage: 5, spread: 0.5 };
/** How many jokes with at least two votes it takes to fit the model. */
const ENOUGH = 20;
const SHRINKAGE = { least: 1, most: 20 };
/** Most votes that the fit counts for one joke: a crowd at one joke must not shift the estimates for all. */
const MOST_VOTES = 10;

/**
 * Fits a random-effects model of votes: vote = value of the joke + the rater's bias and noise, both normal. The best
 * estimate of a joke's value is then the shrunk mean below (the best linear unbiased predictor), with the prior counting
 * as noise variance / value variance votes. Both variances come from the method of moments (one-way analysis of
 * variance). docs/learning.md says what this leaves out.
 */
export function fitVoteModel(jokes: readonly RatedJoke[]): VoteModel {
  const counted = jokes.map((joke) => ({ ...joke, votes: Math.min(MOST_VOTES, joke.votes) }));
  const repeated = counted.filter(({ votes }) => votes > 1);
  if (repeated.length < ENOUGH) return PRIOR;
  const mean = sum(counted.map((joke) => joke.votes * joke.mean)) / sum(counted.map(({ votes }) => votes));
  const noise =
    sum(repeated.map((joke) => joke.votes * joke.variance)) / sum(repeated.map(({ votes }) => votes - 1));
  const ofMeans = sum(repeated.map((joke) => (joke.mean - mean) ** 2)) / repeated.length;
  const sampling = (noise * sum(repeated.map(({ votes }) => 1 / votes))) / repeated.length;
  const value = Math.max(ofMeans - sampling, noise / SHRINKAGE.most);
  if (value <= 0) return { ...PRIOR, mean }; // everybody gave every joke the same score
  const shrinkage = Math.min(SHRINKAGE.most, Math.max(SHRINKAGE.least, noise / value));
  return { mean, shrinkage, spread: Math.sqrt(value) };
}

/** A joke's value, 1 to 5: the mean of its votes, shrunk toward the mean of all jokes, more so the fewer votes it has. */
export const jokeValue = ({ votes, mean }: Pick<RatedJoke, 'votes' | 'mean'>, model: VoteModel): number =>
  (votes * mean + model.shrinkage * model.mean) / (votes + model.shrinkage);

/** Rated jokes in which each house joke occurs once, with the votes of all guilds that heard it. */
export function pooledHouseJokes(rated: readonly RatedJoke[]): RatedJoke[] {
  const tellings = new Map<string, RatedJoke[]>();
  for (const joke of rated) {
    const key = joke.houseId ?? `told ${joke.id}`;
    tellings.set(key, [...(tellings.get(key) ?? []), joke]);
  }
  return [...tellings.values()].map(pooled);
}

/**
 * One joke that several guilds rated: all votes together, as of the guild with the most. `told` has at least one and is
 * oldest first.
 */
function pooled(told: readonly RatedJoke[]): RatedJoke {
  const [oldest] = told;
  if (!oldest) throw new RangeError('nothing to pool');
  if (told.length === 1) return oldest;
  const votes = sum(told.map((joke) => joke.votes));
  const mean = sum(told.map((joke) => joke.votes * joke.mean)) / votes;
  const square = sum(told.map((joke) => joke.votes * (joke.variance + joke.mean ** 2))) / votes;
  const most = told.reduce((a, b) => (b.votes > a.votes ? b : a));
  return { ...oldest, guildId: most.guildId, votes, mean, variance: Math.max(0, square - mean ** 2) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
