import { eq, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import { jokes, ratings } from './schema.ts';

export const SCORES = [1, 2, 3, 4, 5] as const;
export type Score = (typeof SCORES)[number];

export interface Vote {
  jokeId: string;
  /** From `createVoter`: never a user id. */
  voter: string;
  score: Score;
}

/** What everybody may see of a joke's votes. */
export interface Tally {
  /** Votes for 1, 2, 3, 4 and 5. */
  counts: [number, number, number, number, number];
  votes: number;
  /** Mean score from 1 to 5; null without votes. */
  mean: number | null;
}

/**
 * Records a vote; a second vote by the same person replaces the first. Returns the joke's new tally.
 * @throws ChispaError `joke-not-found` or `joke-gone` (deleted or hidden): then nothing was recorded.
 */
export async function rate(db: Database, { jokeId, voter, score }: Vote): Promise<Tally> {
  return db.transaction(async (tx) => {
    // Locked against a deletion at the same moment; `share` lets other votes on the joke go on.
    const [joke] = await tx
      .select({ deletedAt: jokes.deletedAt, hiddenAt: jokes.hiddenAt })
      .from(jokes)
      .where(eq(jokes.id, jokeId))
      .for('share');
    if (!joke) throw new ChispaError('joke-not-found', `There is no joke ${jokeId}.`);
    if (joke.deletedAt ?? joke.hiddenAt) {
      throw new ChispaError('joke-gone', `Joke ${jokeId} was deleted and takes no votes.`);
    }
    await tx
      .insert(ratings)
      .values({ jokeId, voter, score })
      .onConflictDoUpdate({
        target: [ratings.jokeId, ratings.voter],
        set: { score, updatedAt: new Date() },
      });
    return tallyOf(tx, jokeId);
  });
}

/** The votes of one joke, counted. */
export async function tallyOf(db: Database, jokeId: string): Promise<Tally> {
  const rows = await db
    .select({ score: ratings.score, votes: sql<number>`count(*)::int` })
    .from(ratings)
    .where(eq(ratings.jokeId, jokeId))
    .groupBy(ratings.score);
  const votesFor = (score: Score): number => rows.find((row) => row.score === score)?.votes ?? 0;
  return tally([votesFor(1), votesFor(2), votesFor(3), votesFor(4), votesFor(5)]);
}

/** A tally from its counts. */
export function tally(counts: Tally['counts']): Tally {
  const votes = counts.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count, index) => sum + count * (index + 1), 0);
  return { counts, votes, mean: votes === 0 ? null : total / votes };
}
