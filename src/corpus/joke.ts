/** How many people gave each score, from 0 ("that is no joke") to 5. */
export type Votes = readonly [
  none: number,
  one: number,
  two: number,
  three: number,
  four: number,
  five: number,
];

/** `crude`: a word of src/corpus/crude.ts occurs in the text. */
export type Flag = 'crude';

/** A joke as a corpus file holds it, its text cleaned. */
export interface Joke {
  /** Where it begins in its file, from 1; in a parquet file or a JSON array, the row's number. */
  line: number;
  /** The id it has in its source. */
  id?: string;
  /** Clean (see `cleanText`): lines are separated by one `\n`, none is empty. */
  text: string;
  category?: string;
  keywords: string[];
  /** CHISTES' own column. It carries no human signal: never to be taken for votes. */
  funny?: number;
  votes?: Votes;
  /** The mean of the votes, 0–5, and their number: of `votes`, or as the file says it. */
  rating?: { mean: number; votes: number };
  flags: Flag[];
}

/** A row that was left out, or what was left out of one, and why. */
export interface RowError {
  line: number;
  reason: string;
}

/** How many people voted. */
export const voteCount = (votes: Votes): number => votes.reduce((sum, count) => sum + count, 0);

/** The mean score, 0–5, or undefined when nobody voted. */
export function meanScore(votes: Votes): number | undefined {
  const total = voteCount(votes);
  if (total === 0) return undefined;
  return votes.reduce((sum, count, score) => sum + count * score, 0) / total;
}
