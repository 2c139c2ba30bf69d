import { jokeValue, type RatedJoke, type VoteModel } from './vote-model.ts';

/** Two jokes that a guild heard side by side, and how many people chose which, old votes counting less. */
export interface DuelOutcome {
  guildId: string;
  /** The jokes' ids, as in `RatedJoke`. */
  a: string;
  b: string;
  aWins: number;
  bWins: number;
  ties: number;
}

/** What choosing a joke over one as good is worth, in points. */
const SURPRISE = 1;
/**
 * A joke better by this many points is chosen by 73 of 100: the scale of a logistic curve as wide as the difference of two
 * votes that each scatter by one point.
 */
const SCALE = 0.8;

/**
 * Adds the votes of duels to the ratings. Whoever chose between two jokes is counted as one more vote on each, at what the
 * joke was worth by its ratings plus the surprise: 2 × (result − expected result) points, where the result is 1, ½ or 0,
 * and the expected one follows from both values (Bradley & Terry 1952, as Elo 1978 updates). A choice that was to be
 * expected thus changes next to nothing, one between equals a point for either. Jokes without a single vote are left out.
 */
export function withDuels(
  told: readonly RatedJoke[],
  duels: readonly DuelOutcome[],
  model: VoteModel,
): RatedJoke[] {
  const values = new Map(told.map((joke) => [joke.id, jokeValue(joke, model)]));
  const added = new Map<string, { votes: number; score: number }[]>();
  for (const { a, b, aWins, bWins, ties } of duels) {
    const [valueA, valueB] = [values.get(a), values.get(b)];
    if (valueA === undefined || valueB === undefined) continue;
    const expected = 1 / (1 + Math.exp((valueB - valueA) / SCALE));
    const vote = (id: string, value: number, surprise: number, votes: number) => {
      const score = Math.min(5, Math.max(1, value + 2 * SURPRISE * surprise));
      added.set(id, [...(added.get(id) ?? []), { votes, score }]);
    };
    for (const [votes, result] of [
      [aWins, 1],
      [ties, 0.5],
      [bWins, 0],
    ] as const) {
      if (votes <= 0) continue;
      vote(a, valueA, result - expected, votes);
      vote(b, valueB, expected - result, votes);
    }
  }
  return told.map((joke) => withVotes(joke, added.get(joke.id) ?? [])).filter(({ votes }) => votes > 0);
}

/** The joke with further votes. */
function withVotes(joke: RatedJoke, added: readonly { votes: number; score: number }[]): RatedJoke {
  if (added.length === 0) return joke;
  const votes = added.reduce((sum, vote) => sum + vote.votes, joke.votes);
  const mean = added.reduce((sum, vote) => sum + vote.votes * vote.score, joke.votes * joke.mean) / votes;
  const square =
    added.reduce(
      (sum, vote) => sum + vote.votes * vote.score ** 2,
      joke.votes * (joke.variance + joke.mean ** 2),
    ) / votes;
  return { ...joke, votes, mean, variance: Math.max(0, square - mean ** 2) };
}
