/** How many people gave each score, from 0 ("not a joke") to 5. */
export type Votes = readonly [
  none: number,
  one: number,
  two: number,
  three: number,
  four: number,
  five: number,
];

/** `crude`: the text contains a word of src/corpus/crude.ts. `duplicate`: an exported joke that `corpus dedupe` marked. */
export type Flag = 'crude' | 'duplicate';

/** A joke from a corpus file, its text cleaned. */
export interface Joke {
  /** The line it begins on, from 1; in a parquet file or a JSON array, the row number. */
  line: number;
  /** Its id in its source. */
  id?: string;
  /** Clean (see `cleanText`): lines are separated by one `\n`, none is empty. */
  text: string;
  /** Where it comes from and what allows its use, if the file says so. */
  source?: string;
  license?: string;
  category?: string;
  keywords: string[];
  /** CHISTES' own column. It carries no human signal and must never be treated as votes. */
  funny?: number;
  votes?: Votes;
  /** The mean of the votes, 0–5, and their number: from `votes`, or as stated in the file. */
  rating?: { mean: number; votes: number };
  flags: Flag[];
}

/** A row, or a part of one, that was left out, and why. */
export interface RowError {
  line: number;
  reason: string;
}

/** How many people voted. */
export const voteCount = (votes: Votes): number => votes.reduce((sum, count) => sum + count, 0);

/** The mean score, 0–5, or undefined if nobody voted. */
export function meanScore(votes: Votes): number | undefined {
  const total = voteCount(votes);
  if (total === 0) return undefined;
  return votes.reduce((sum, count, score) => sum + count * score, 0) / total;
}
