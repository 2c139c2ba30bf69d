import { and, eq, gt, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import { jokes, reports } from './schema.ts';

/** Once this many people have reported a joke, it is hidden without waiting for a moderator. */
const REPORTS_TO_HIDE = 3;

/** Not `now()`, the beginning of the transaction: that may have waited for another's lock on the joke. */
const NOW = sql`clock_timestamp()`;

export interface NewReport {
  jokeId: string;
  /** From `createVoter`: never a user id. */
  reporter: string;
  /** The person's own words; erased along with the requests. */
  reason: string | null;
}

export interface ReportResult {
  /** Number of people whose report has not been cleared. */
  reports: number;
  hidden: boolean;
  /** Whether this report hid the joke, so that its messages must be changed. */
  hiddenNow: boolean;
}

/**
 * Records a report, one per person and joke. The third person's report hides the joke.
 * @throws ChispaError `joke-not-found`.
 */
export async function report(db: Database, { jokeId, reporter, reason }: NewReport): Promise<ReportResult> {
  return db.transaction(async (tx) => {
    // Locked, so that exactly one of several simultaneous reports is the third.
    const joke = await lockJoke(tx, jokeId);
    await tx
      .insert(reports)
      .values({ jokeId, reporter, reason, createdAt: NOW })
      .onConflictDoUpdate({ target: [reports.jokeId, reports.reporter], set: { reason, createdAt: NOW } });
    const standing = await tx.$count(
      reports,
      and(eq(reports.jokeId, jokeId), joke.clearedAt ? gt(reports.createdAt, joke.clearedAt) : undefined),
    );
    const hiddenNow = joke.hiddenAt === null && standing >= REPORTS_TO_HIDE;
    if (hiddenNow) await hide(tx, jokeId, 'reports');
    return { reports: standing, hidden: hiddenNow || joke.hiddenAt !== null, hiddenNow };
  });
}

/** Hides a joke because a moderator decided to. False if it was already hidden. */
export async function hideJoke(db: Database, jokeId: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { hiddenAt } = await lockJoke(tx, jokeId);
    if (hiddenAt === null) await hide(tx, jokeId, 'moderator');
    return hiddenAt === null;
  });
}

/**
 * Clears a joke's reports as unfounded: they no longer count, and a joke that they hid is shown again. It is still
 * never trained on. A joke that a moderator hid stays hidden.
 * @returns whether this made the joke visible again.
 */
export async function clearReports(db: Database, jokeId: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { hiddenBy } = await lockJoke(tx, jokeId);
    const shownAgain = hiddenBy === 'reports';
    await tx
      .update(jokes)
      .set({ clearedAt: NOW, ...(shownAgain && { hiddenAt: null, hiddenBy: null }) })
      .where(eq(jokes.id, jokeId));
    return shownAgain;
  });
}

async function lockJoke(tx: Transaction, jokeId: string): Promise<typeof jokes.$inferSelect> {
  const [joke] = await tx.select().from(jokes).where(eq(jokes.id, jokeId)).for('update');
  if (!joke) throw new ChispaError('joke-not-found', `There is no joke ${jokeId}.`);
  return joke;
}

const hide = (tx: Transaction, jokeId: string, hiddenBy: 'reports' | 'moderator') =>
  tx.update(jokes).set({ hiddenAt: sql`now()`, hiddenBy }).where(eq(jokes.id, jokeId));
