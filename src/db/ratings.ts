import { eq, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import { type Joke, lockJoke } from './jokes.ts';
import { ratings } from './schema.ts';
import { asTold, findTelling } from './tellings.ts';

export const SCORES = [1, 2, 3, 4, 5] as const;
export type Score = (typeof SCORES)[number];

export interface Vote {
  jokeId: string;
  /** From `createVoter`: never a user id. */
  voter: string;
  score: Score;
  /**
   * The guild where the vote was cast, null in direct messages. A joke of another guild takes no vote. If absent, any
   * joke does.
   */
  guildId?: string | null;
  /** The message where it was cast: the vote's joke then is as that message told it, by and for whoever asked there. */
  messageId?: string;
}

/** A joke with its votes, including the new one. */
export interface Voted {
  joke: Joke;
  tally: Tally;
  /** When they were counted, in microseconds of the database's clock. It increases with each vote on the joke. */
  turn: number;
}

/** What everybody may see about a joke's votes. */
export interface Tally {
  /** Votes for 1, 2, 3, 4 and 5. */
  counts: readonly [number, number, number, number, number];
  votes: number;
  /** Mean score from 1 to 5; null without votes. */
  mean: number | null;
}

/**
 * Records a vote. A second vote by the same person replaces the first. Votes on one joke are serialized, so that the
 * last one's tally counts them all.
 * @throws ChispaError `joke-not-found` or `joke-gone` (deleted or hidden); nothing is recorded then.
 */
export async function rate(db: Database, { jokeId, voter, score, guildId, messageId }: Vote): Promise<Voted> {
  return db.transaction(async (tx) => {
    const joke = await lockJoke(tx, jokeId);
    if (guildId !== undefined && guildId !== joke.guildId) {
      throw new ChispaError('joke-not-found', `There is no joke ${jokeId} in this guild.`);
    }
    if (joke.state !== 'shown') {
      throw new ChispaError('joke-gone', `Joke ${jokeId} was deleted and can no longer be rated.`);
    }
    await tx
      .insert(ratings)
      .values({ jokeId, voter, score })
      .onConflictDoUpdate({
        target: [ratings.jokeId, ratings.voter],
        set: { score, updatedAt: sql`now()` },
      });
    const telling = messageId === undefined ? undefined : await findTelling(tx, messageId);
    return { joke: asTold(joke, telling), ...(await countVotes(tx, jokeId)) };
  });
}

/** The tally of one joke. */
export const tallyOf = async (db: Database, jokeId: string): Promise<Tally> =>
  (await countVotes(db, jokeId)).tally;

async function countVotes(db: Database, jokeId: string): Promise<Pick<Voted, 'tally' | 'turn'>> {
  const turn = sql<number>`(extract(epoch from clock_timestamp()) * 1000000)::float8`;
  const [row] = await db
    .select({ turn, ...countColumns })
    .from(ratings)
    .where(eq(ratings.jokeId, jokeId));
  return row ? { turn: row.turn, tally: tallyFrom(row) } : { turn: 0, tally: tally([0, 0, 0, 0, 0]) };
}

const votesFor = (score: number) => sql<number>`(count(*) filter (where ${ratings.score} = ${score}))::int`;

/** The five columns of a tally, for queries grouped by joke. */
export const countColumns = {
  one: votesFor(1),
  two: votesFor(2),
  three: votesFor(3),
  four: votesFor(4),
  five: votesFor(5),
};

export const tallyFrom = (row: Record<keyof typeof countColumns, number>): Tally =>
  tally([row.one, row.two, row.three, row.four, row.five]);

/** Builds a tally from its counts. */
export function tally(counts: Tally['counts']): Tally {
  const votes = counts.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count, index) => sum + count * (index + 1), 0);
  return { counts, votes, mean: votes === 0 ? null : total / votes };
}
