import { asc, inArray, isNull, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { notify } from './notify.ts';
import type { EventDetails } from './run-record.ts';
import { type LEARNING_EVENTS, learningEvents, learningState } from './schema.ts';
import { trainableVotes } from './trainable.ts';
import { findRun, type TrainingRun, votesSeen } from './training-runs.ts';

/** Whether the host has paused learning. Nothing then starts by itself, and a run in progress continues. */
export async function learningPaused(db: Database): Promise<boolean> {
  const [row] = await db.select({ paused: learningState.paused }).from(learningState);
  return row?.paused ?? false;
}

export async function pauseLearning(db: Database, paused: boolean): Promise<void> {
  await db
    .insert(learningState)
    .values({ paused })
    .onConflictDoUpdate({ target: learningState.id, set: { paused, changedAt: sql`now()` } });
}

/**
 * Number of new votes that could teach since the last run. Counted rather than timed, so that no wrong clock can
 * distort it.
 */
export async function votesSinceLastRun(db: Database): Promise<number> {
  return Math.max(0, (await trainableVotes(db)) - (await votesSeen(db)));
}

/**
 * `run`: a run ended; its status tells how. `trial-won`, `trial-lost`: votes promoted or rejected the version on
 * trial. `rolled-back`: the version's live ratings fell below the former one's, which serves again.
 */
export type LearningEventKind = (typeof LEARNING_EVENTS)[number];

export interface LearningEvent {
  id: number;
  kind: LearningEventKind;
  run: TrainingRun;
  details: EventDetails;
  createdAt: Date;
}

/** Records an event for the log channels, and wakes the process that announces it once the transaction commits. */
export async function recordLearningEvent(
  tx: Database,
  kind: LearningEventKind,
  runId: string,
  details: EventDetails = {},
): Promise<void> {
  await tx.insert(learningEvents).values({ kind, runId, details });
  await notify(tx, 'chispa_learning', '');
}

/** Events not announced yet, oldest first. Each is returned only once, no matter how many processes ask. */
export async function claimLearningEvents(db: Database): Promise<LearningEvent[]> {
  const rows = await db.transaction(async (tx) => {
    const waiting = tx
      .select({ id: learningEvents.id })
      .from(learningEvents)
      .where(isNull(learningEvents.announcedAt))
      .orderBy(asc(learningEvents.id))
      .for('update', { skipLocked: true });
    return tx
      .update(learningEvents)
      .set({ announcedAt: sql`now()` })
      .where(inArray(learningEvents.id, waiting))
      .returning();
  });
  const events = await Promise.all(
    rows.map(async ({ id, kind, runId, details, createdAt }) => {
      const run = await findRun(db, runId);
      return run ? [{ id, kind, run, details, createdAt }] : [];
    }),
  );
  return events.flat().sort((a, b) => a.id - b.id);
}
