import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findModelVersion } from '../db/models.ts';
import { patientDatabase } from '../db/outage.ts';
import { endRun } from '../db/promotion.ts';
import { findRun, leaveRun, type OpenRun, recordEpoch, type TrainingRun } from '../db/training-runs.ts';
import { removeRun } from '../finetuning/run/checkpoint.ts';
import { runPath } from '../finetuning/run/run-folder.ts';
import { trainRun } from '../finetuning/run/train-run.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { metrics } from '../lib/metrics.ts';
import { holdLease } from './lease.ts';
import type { LearnOptions } from './options.ts';
import { canGoOn, prepare } from './prepare.ts';
import { epochOf, openWhole, trainedEpochs } from './trained.ts';
import { commonVersion } from './version.ts';
import { guildVoice } from './voice.ts';

/** A run is given up after this many attempts. */
const ATTEMPTS = 5;
/** Seconds between a failed attempt and the next. */
const RETRY_SECONDS = 60;
const BUSY_SECONDS = 5;
/** How long an open run waits out a database outage before it leaves its work to the next start. */
const PATIENCE_MS = 10 * 60_000;

/** There was not enough to learn from, or with: nothing is wrong, and nothing was tried. */
const REFUSALS = new Set(['too-few-rated', 'corpus-too-small', 'out-of-memory']);
/** Transient faults: a later attempt, from the last checkpoint, may succeed. */
const PASSING = new Set(['disk-full', 'training-died', 'evaluation-died', 'engine-failed', 'engine-died']);

/**
 * Takes an open run, from whatever stage it is at, to its end: corpus, training, comparison with the model that answers
 * now, gate, promotion. Transient faults leave it open for another attempt; any other fault ends it. Either way the active
 * model stays. Database outages are waited out.
 * @returns the run as it is now; still `running` if `signal`, a transient fault or another process stopped it here.
 */
export async function learn(options: LearnOptions, run: OpenRun): Promise<TrainingRun> {
  const { log } = options;
  const lease = holdLease(options.db, run, log);
  const signal = AbortSignal.any([lease.lost, ...(options.signal ? [options.signal] : [])]);
  const db = patientDatabase(options.db, {
    timeoutMs: PATIENCE_MS,
    signal: options.signal,
    onOutage: (error) => log.warn({ error: messageOf(error) }, 'the database is unreachable: training waits'),
  });
  try {
    if (run.attempts > ATTEMPTS)
      throw new ChispaError('run-hopeless', `The run was picked up ${ATTEMPTS} times and never finished.`);
    await perform({ ...options, db, signal }, run);
  } catch (error) {
    if (!isLost(error) && !lease.lost.aborted)
      await settle(error).catch((settling) => {
        if (!isLost(settling)) throw settling;
      });
  } finally {
    lease.release();
  }
  const found = await findRun(db, run.id);
  if (!found) throw new ChispaError('run-gone', 'The training run was deleted in the meantime.');
  return found;

  async function settle(error: unknown): Promise<void> {
    const [code, message] = [error instanceof ChispaError ? error.code : '', messageOf(error)];
    if (signal.aborted) {
      await leaveRun(db, run);
    } else if (code === 'run-busy') {
      // A killed trainer's training process ends after its current step.
      await leaveRun(db, run, { seconds: BUSY_SECONDS });
    } else if (REFUSALS.has(code)) {
      log.warn(`no training: ${message}`);
      await endRun(db, run, 'refused', message);
    } else if ((PASSING.has(code) || !(error instanceof ChispaError)) && run.attempts < ATTEMPTS) {
      log.error({ error: message }, 'the training run stopped and will be retried');
      await leaveRun(db, run, { fault: message, seconds: RETRY_SECONDS });
    } else {
      log.error({ error: message }, 'the training run failed');
      await endRun(db, run, 'failed', message);
      if (run.folder) await removeRun(run.folder);
    }
  }
}

/** Another process has the run, or it has ended (perhaps by us, if the connection broke before the reply). */
const isLost = (error: unknown): boolean => error instanceof ChispaError && error.code === 'run-lost';

async function perform(options: LearnOptions, run: OpenRun): Promise<void> {
  const { db, signal } = options;
  const base = await findModelVersion(db, run.baseVersionId);
  if (!base)
    throw new ChispaError('model-version-not-found', 'The model that this run started from is gone.');
  const kind =
    run.guildId === null ? commonVersion(options, run, base) : guildVoice(options, run, base, run.guildId);
  const output = resolve(kind.parent, kind.name);
  if (!existsSync(output)) {
    const folder = runPath(kind.parent, kind.name);
    if (!(await canGoOn(folder))) await prepare(options, run, kind, { base: base.folder, folder });
    await train(options, run, folder);
  }
  if (signal?.aborted) throw new ChispaError('interrupted', 'The training run was stopped.');
  const trained = await openWhole(output);
  for (const epoch of await trainedEpochs(output)) await recordEpoch(db, run.id, epoch);
  await kind.decide(trained);
}

async function train({ db, log, signal, onEvent }: LearnOptions, run: OpenRun, folder: string) {
  const writing: Promise<void>[] = [];
  const outcome = await trainRun(folder, {
    ...(signal && { signal }),
    onEvent(event) {
      onEvent?.(event);
      if (event.event === 'start' && event.reason !== undefined)
        log.info({ provider: event.provider, reason: event.reason }, 'chose where to train');
      if (event.event === 'fallback') log.warn({ reason: event.reason }, 'training goes on on the CPU');
      if (event.event === 'step') metrics.training.set(event.progress);
      if (event.event !== 'epoch') return;
      // Only for watchers: epochs that the database missed are recorded at the end.
      const written = recordEpoch(db, run.id, epochOf(event)).catch((error) =>
        log.warn({ error: messageOf(error) }, 'could not record an epoch yet'),
      );
      writing.push(written);
    },
  });
  await Promise.all(writing);
  if (outcome === 'interrupted') throw new ChispaError('interrupted', 'The training run was stopped.');
}
