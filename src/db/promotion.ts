import { and, eq, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import { recordLearningEvent } from './learning.ts';
import { activate, activeModel, changeModels, findModelVersion, rollBack } from './models.ts';
import type { EventDetails, RunEvaluation } from './run-record.ts';
import { guildVoices, modelVersions, trainingRuns } from './schema.ts';
import { closeRun, endComparison, type OpenRun, type RunStatus, type TrainingRun } from './training-runs.ts';

// How a run ends and what happens to its version: the run, the models and the announcement change together.

export interface Candidate {
  versionId: number;
  /** The version it was measured against. */
  formerId: number;
  /** Absent when nothing was measured (an experiment with `skipGate`). */
  evaluation?: RunEvaluation;
}

/** Ends a run whose version did not pass the gate. The version is kept as rejected. */
export const rejectCandidate = (db: Database, run: OpenRun, candidate: Candidate): Promise<void> =>
  db.transaction(async (tx) => {
    await setStatus(tx, candidate.versionId, { status: 'rejected' });
    await closeRun(tx, run, { status: 'rejected', ...candidate });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** Ends a run and activates its version, which people's votes then watch. */
export const promoteCandidate = (db: Database, run: OpenRun, candidate: Candidate): Promise<void> =>
  changeModels(db, async (tx) => {
    await promote(tx, candidate.versionId);
    await dropWatches(tx);
    await closeRun(tx, run, { status: 'promoted', watch: 'open', ...candidate });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** Ends a run and puts its version on trial: it tells a share of the jokes until people's votes decide. */
export const tryCandidate = (
  db: Database,
  run: OpenRun,
  candidate: Candidate,
  share: number,
): Promise<void> =>
  changeModels(db, async (tx) => {
    await setStatus(tx, candidate.versionId, { status: 'trial', share });
    await closeRun(tx, run, { status: 'trial', ...candidate });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** A trained voice, and how it compared with the version it was trained on. */
export interface VoiceCandidate {
  guildId: string;
  /** Absolute path of the adapter, and its hash (src/models/adapter-files.ts). */
  folder: string;
  sha256: string;
  evaluation: RunEvaluation;
}

/** Ends a run and gives its guild the new voice. */
export const promoteVoice = (db: Database, run: OpenRun, voice: VoiceCandidate): Promise<void> =>
  db.transaction(async (tx) => {
    const { guildId, folder, sha256, evaluation } = voice;
    const { id, baseVersionId } = run;
    await closeRun(tx, run, { status: 'promoted', formerId: baseVersionId, evaluation });
    await tx.insert(guildVoices).values({ id, guildId, baseVersionId, folder, sha256 });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** Ends a run whose voice did not pass the gate. */
export const rejectVoice = (db: Database, run: OpenRun, evaluation: RunEvaluation): Promise<void> =>
  db.transaction(async (tx) => {
    await closeRun(tx, run, { status: 'rejected', formerId: run.baseVersionId, evaluation });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** Ends a run that produced no version. `note`: why, for the host. */
export const endRun = (
  db: Database,
  run: OpenRun,
  status: Extract<RunStatus, 'refused' | 'failed' | 'cancelled'>,
  note: string,
): Promise<void> =>
  db.transaction(async (tx) => {
    await closeRun(tx, run, { status, note });
    await recordLearningEvent(tx, 'run', run.id);
  });

/** Applies the votes' verdict on a version on trial: it is promoted or rejected. */
export const endTrial = (
  db: Database,
  run: TrainingRun,
  won: boolean,
  details: EventDetails,
): Promise<void> =>
  changeModels(db, async (tx) => {
    if (!run.version || !(await endComparison(tx, run.id, { status: won ? 'promoted' : 'rejected' }))) return;
    if (won) await promote(tx, run.version.id);
    else await setStatus(tx, run.version.id, { status: 'rejected', share: null });
    await recordLearningEvent(tx, won ? 'trial-won' : 'trial-lost', run.id, details);
  });

/**
 * Ends a trial because the host activated a version. If it was the one on trial, that one is promoted; otherwise the
 * one on trial is kept.
 */
export const leaveTrial = (db: Database, run: TrainingRun): Promise<void> =>
  changeModels(db, async (tx) => {
    if (!run.version) return;
    const version = await findModelVersion(tx, run.version.id);
    const note = 'The host chose a model in the meantime.';
    const status = version?.status === 'trial' ? 'cancelled' : 'promoted';
    if (!(await endComparison(tx, run.id, { status, note }))) return;
    if (version?.status === 'trial') await setStatus(tx, run.version.id, { status: 'kept', share: null });
  });

/**
 * Rolls back to the former version because the live ratings of the version that a run promoted are worse. Does
 * nothing when that version no longer serves or there is nothing to go back to.
 * @returns whether it was rolled back.
 */
export const rollBackWorse = (db: Database, run: TrainingRun, details: EventDetails): Promise<boolean> =>
  changeModels(db, async (tx) => {
    const active = await activeModel(tx);
    if (!run.version || active?.id !== run.version.id) return false;
    const former = active.formerId ? await findModelVersion(tx, active.formerId) : undefined;
    if (former?.status !== 'kept') return false;
    if (!(await endComparison(tx, run.id, { watch: 'worse' }))) return false;
    await rollBack(tx);
    await setStatus(tx, run.version.id, { status: 'rejected' });
    await recordLearningEvent(tx, 'rolled-back', run.id, details);
    return true;
  });

async function promote(tx: Transaction, versionId: number): Promise<void> {
  await setStatus(tx, versionId, { status: 'kept', share: null });
  await activate(tx, versionId);
}

/** Only the version that serves is watched. */
const dropWatches = (tx: Transaction) =>
  tx.update(trainingRuns).set({ watch: 'ended' }).where(eq(trainingRuns.watch, 'open'));

async function setStatus(
  tx: Transaction,
  versionId: number,
  change: Partial<Pick<typeof modelVersions.$inferSelect, 'status' | 'share'>>,
): Promise<void> {
  const rows = await tx
    .update(modelVersions)
    .set(change)
    .where(and(eq(modelVersions.id, versionId), sql`${modelVersions.status} <> 'active'`))
    .returning({ id: modelVersions.id });
  if (rows.length === 0)
    throw new ChispaError('model-version-unusable', `Model version ${versionId} serves or does not exist.`);
}
