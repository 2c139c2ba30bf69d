import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from '../db/connect.ts';
import { activeModel, findModelVersion, lineStart } from '../db/models.ts';
import { patiently } from '../db/outage.ts';
import { endRun } from '../db/promotion.ts';
import { trainableVotes } from '../db/trainable.ts';
import {
  beginRun,
  findRun,
  leaveRun,
  type OpenRun,
  type RunTrigger,
  recordEpoch,
  type TrainingRun,
} from '../db/training-runs.ts';
import type { EngineClient } from '../engine/client.ts';
import type { TrainingJoke } from '../finetuning/data/samples.ts';
import { removeRun } from '../finetuning/run/checkpoint.ts';
import type { TrainingEvent } from '../finetuning/run/events.ts';
import { runPath } from '../finetuning/run/run-folder.ts';
import { trainRun } from '../finetuning/run/train-run.ts';
import type { TrainingSettings } from '../finetuning/settings.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { holdLease } from './lease.ts';
import { LEARNING_DEFAULTS, type LearningOptions } from './policy/corpus.ts';
import { GATE_DEFAULTS, type GateThresholds } from './policy/gate.ts';
import { canGoOn, prepare } from './prepare.ts';
import { LEARNING_SETTINGS } from './settings.ts';
import { epochOf } from './trained.ts';
import { decideVersion } from './version.ts';
import { decideVoice, runMark, voicesFolder } from './voice.ts';

export interface LearnOptions {
  db: Database;
  /** Where models live; generators load the new version from there. */
  modelsDir: string;
  /** Learned from beside the rated jokes. */
  seedJokes: readonly TrainingJoke[];
  threads: number;
  /** Generates the jokes of both models; closed in the end. */
  openEngine(): Promise<EngineClient>;
  log: Logger;
  /** Default `LEARNING_SETTINGS`. */
  training?: TrainingSettings;
  /** How the voices of guilds are trained; default `VOICE_SETTINGS`. */
  voiceTraining?: TrainingSettings;
  /** Training time after which the run ends early; default unlimited. */
  minutes?: number;
  /** Days after which a vote counts half. */
  halfLifeDays?: number;
  corpus?: LearningOptions;
  gate?: GateThresholds;
  /** Promotes whatever comes out, measured or not: for experiments. Default false. */
  skipGate?: boolean;
  /** Jokes that each model generates for the gate; default 300. */
  samples?: number;
  /** Share of jokes that a candidate tells before it is promoted; default 0, promoted at once. */
  trialShare?: number;
  onEvent?: (event: TrainingEvent) => void;
  /** Aborting leaves the run at a checkpoint, to be gone on with. */
  signal?: AbortSignal;
}

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
const PASSING = new Set([
  'disk-full',
  'training-killed',
  'evaluation-killed',
  'engine-failed',
  'engine-died',
]);

/**
 * Begins a run: what was rated until now is what it learns from.
 * @throws ChispaError `learning-busy` while another runs; `no-model` before a generator has ever served.
 */
export async function beginLearning(
  { db, training = LEARNING_SETTINGS, gate = GATE_DEFAULTS, corpus = LEARNING_DEFAULTS }: LearnOptions,
  trigger: RunTrigger,
  owner: string,
): Promise<OpenRun> {
  const active = await activeModel(db);
  if (!active)
    throw new ChispaError('no-model', 'The database has no active model yet: start a generator first.');
  const base = await lineStart(db, active);
  const settings = { training, gate, corpus };
  return beginRun(db, {
    ...{ baseVersionId: base.id, trigger, owner, settings },
    votesSeen: await trainableVotes(db),
  });
}

/**
 * Does an open run, from wherever it stands, to its end: corpus, training, comparison with the active model, gate,
 * promotion. Faults of the moment leave it open for another attempt; any other ends it. Either way the active model
 * goes on.
 * @returns the run as it is now; still `running` when `signal`, a fault of the moment or another process stopped it here.
 */
export async function learn(options: LearnOptions, run: OpenRun): Promise<TrainingRun> {
  const { db, log } = options;
  const lease = holdLease(db, run, log);
  const signal = AbortSignal.any([lease.lost, ...(options.signal ? [options.signal] : [])]);
  const wait = <T>(work: () => Promise<T>) =>
    patiently(work, {
      timeoutMs: PATIENCE_MS,
      signal: options.signal,
      onOutage: (error) => log.warn({ error: messageOf(error) }, 'the database is away: the training waits'),
    });
  try {
    if (run.attempts > ATTEMPTS)
      throw new ChispaError('run-hopeless', `The run was taken up ${ATTEMPTS} times and never ended.`);
    await perform({ ...options, signal }, run, wait);
  } catch (error) {
    await settle(error);
  } finally {
    lease.release();
  }
  const found = await wait(() => findRun(db, run.id));
  if (!found) throw new ChispaError('run-lost', 'The training run was deleted meanwhile.');
  return found;

  async function settle(error: unknown): Promise<void> {
    const [code, message] = [error instanceof ChispaError ? error.code : '', messageOf(error)];
    if (code === 'run-lost' || lease.lost.aborted) return;
    if (signal.aborted) {
      await leaveRun(db, run);
    } else if (code === 'run-busy') {
      // The training of a trainer that was killed ends with the step it is at.
      await leaveRun(db, run, { seconds: BUSY_SECONDS });
    } else if (REFUSALS.has(code)) {
      log.warn(`no training: ${message}`);
      await wait(() => endRun(db, run, 'refused', message));
    } else if ((PASSING.has(code) || !(error instanceof ChispaError)) && run.attempts < ATTEMPTS) {
      log.error({ error: message }, 'the training run stopped, and will be tried again');
      await leaveRun(db, run, { fault: message, seconds: RETRY_SECONDS });
    } else {
      log.error({ error: message }, 'the training run failed');
      await wait(() => endRun(db, run, 'failed', message));
      if (run.folder) await removeRun(run.folder);
    }
  }
}

/** Does database work, and waits for a database that is away. */
export type Wait = <T>(work: () => Promise<T>) => Promise<T>;

async function perform(options: LearnOptions, run: OpenRun, wait: Wait): Promise<void> {
  const { db, modelsDir, signal } = options;
  const base = await wait(() => findModelVersion(db, run.baseVersionId));
  if (!base) throw new ChispaError('model-version-not-found', 'The model this run began with is gone.');
  const { guildId } = run;
  const parent = guildId === null ? modelsDir : voicesFolder(modelsDir);
  const name = `${guildId === null ? base.base : 'voice'}-${runMark(run)}`;
  const output = resolve(parent, name);
  if (!existsSync(output)) {
    const folder = runPath(parent, name);
    if (!(await canGoOn(folder))) await prepare(options, run, { base, parent, name, folder }, wait);
    await train(options, run, folder);
  }
  if (signal?.aborted) throw new ChispaError('interrupted', 'The training run was stopped.');
  if (guildId !== null) await decideVoice(options, run, { guildId, base, output }, wait);
  else await decideVersion(options, run, { base, output }, wait);
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
