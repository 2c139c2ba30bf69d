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
import { holdLease } from './lease.ts';
import type { LearnOptions } from './options.ts';
import { canGoOn, prepare } from './prepare.ts';
import { epochOf, openWhole, trainedEpochs } from './trained.ts';
import { commonVersion } from './version.ts';
import { guildVoice } from './voice.ts';

/** A run that failed this often is given up. */
const ATTEMPTS = 5;
/** What a failed attempt waits for the next, in seconds. */
const RETRY_SECONDS = 60;
const BUSY_SECONDS = 5;
/** How long an open run waits for a database that is away, before it leaves its work to the next start. */
const PATIENCE_MS = 10 * 60_000;

/** Says what could not be learned from: nothing is wrong, and nothing was tried. */
const REFUSALS = new Set(['too-few-rated', 'corpus-too-small', 'out-of-memory']);
/** Another time it may go well, from the last checkpoint. */
const PASSING = new Set(['disk-full', 'training-died', 'evaluation-died', 'engine-failed', 'engine-died']);

/**
 * Does an open run, from wherever it stands, to its end: corpus, training, comparison with the model that answers now,
 * gate, promotion. Faults of the moment leave it open for another attempt; any other ends it. Either way the active
 * model goes on. A database that is away is waited for.
 * @returns the run as it is now; still `running` when `signal`, a fault of the moment or another process stopped it here.
 */
export async function learn(options: LearnOptions, run: OpenRun): Promise<TrainingRun> {
  const { log } = options;
  const lease = holdLease(options.db, run, log);
  const signal = AbortSignal.any([lease.lost, ...(options.signal ? [options.signal] : [])]);
  const db = patientDatabase(options.db, {
    timeoutMs: PATIENCE_MS,
    signal: options.signal,
    onOutage: (error) => log.warn({ error: messageOf(error) }, 'the database is away: the training waits'),
  });
  try {
    if (run.attempts > ATTEMPTS)
      throw new ChispaError('run-hopeless', `The run was taken up ${ATTEMPTS} times and never ended.`);
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
  if (!found) throw new ChispaError('run-gone', 'The training run was deleted meanwhile.');
  return found;

  async function settle(error: unknown): Promise<void> {
    const [code, message] = [error instanceof ChispaError ? error.code : '', messageOf(error)];
    if (signal.aborted) {
      await leaveRun(db, run);
    } else if (code === 'run-busy') {
      // The training of a trainer that was killed ends with the step it is at.
      await leaveRun(db, run, { seconds: BUSY_SECONDS });
    } else if (REFUSALS.has(code)) {
      log.warn(`no training: ${message}`);
      await endRun(db, run, 'refused', message);
    } else if ((PASSING.has(code) || !(error instanceof ChispaError)) && run.attempts < ATTEMPTS) {
      log.error({ error: message }, 'the training run stopped, and will be tried again');
      await leaveRun(db, run, { fault: message, seconds: RETRY_SECONDS });
    } else {
      log.error({ error: message }, 'the training run failed');
      await endRun(db, run, 'failed', message);
      if (run.folder) await removeRun(run.folder);
    }
  }
}

/** Another process has the run, or it has ended: also when the answer that it ended was lost with the connection. */
const isLost = (error: unknown): boolean => error instanceof ChispaError && error.code === 'run-lost';

async function perform(options: LearnOptions, run: OpenRun): Promise<void> {
  const { db, signal } = options;
  const base = await findModelVersion(db, run.baseVersionId);
  if (!base) throw new ChispaError('model-version-not-found', 'The model this run began with is gone.');
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
      if (event.event !== 'epoch') return;
      // For those who watch: what the database missed is written down in the end.
      const written = recordEpoch(db, run.id, epochOf(event)).catch((error) =>
        log.warn({ error: messageOf(error) }, 'an epoch could not be written down yet'),
      );
      writing.push(written);
    },
  });
  await Promise.all(writing);
  if (outcome === 'interrupted') throw new ChispaError('interrupted', 'The training run was stopped.');
}
