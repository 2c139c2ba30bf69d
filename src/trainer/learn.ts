import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from '../db/connect.ts';
import {
  activeModel,
  ensureModelVersion,
  findModelVersion,
  lineStart,
  type ModelVersion,
} from '../db/models.ts';
import { patiently } from '../db/outage.ts';
import { type Candidate, endRun, promoteCandidate, rejectCandidate, tryCandidate } from '../db/promotion.ts';
import type { RunCorpus, RunSnapshot } from '../db/run-record.ts';
import { HALF_LIFE_DAYS, trainableJokes, trainableVotes } from '../db/trainable.ts';
import {
  beginRun,
  findRun,
  leaveRun,
  type OpenRun,
  type RunTrigger,
  recordEpoch,
  recordRun,
  type TrainingRun,
} from '../db/training-runs.ts';
import type { EngineClient } from '../engine/client.ts';
import { LEARNING_DEFAULTS, type LearningOptions, learningCorpus } from '../learning/corpus.ts';
import { GATE_DEFAULTS, type GateThresholds } from '../learning/gate.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { removeRun } from '../training/checkpoint.ts';
import type { TrainingEvent } from '../training/events.ts';
import { prepareRun } from '../training/prepare.ts';
import { readRun, runPath } from '../training/run-folder.ts';
import type { TrainingJoke } from '../training/samples.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { trainRun } from '../training/trainer.ts';
import { holdLease } from './lease.ts';
import { measure } from './measure.ts';
import { LEARNING_SETTINGS, VOICE_SETTINGS } from './settings.ts';
import { epochOf, openWhole, trainedEpochs } from './trained.ts';
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
  else await decide(options, run, await register(options, run, { base, output }, wait), wait);
}

/** Whether a folder holds a run; what a kill left of one that was being made is removed. */
async function canGoOn(folder: string): Promise<boolean> {
  try {
    await readRun(folder);
    return true;
  } catch (error) {
    if (!(error instanceof ChispaError && error.code === 'run-missing')) throw error;
    await removeRun(folder);
    return false;
  }
}

/** Takes the snapshot that the run learns from, and writes down what is in it, without its texts. */
async function prepare(
  options: LearnOptions,
  run: OpenRun,
  { base, parent, name, folder }: { base: ModelVersion; parent: string; name: string; folder: string },
  wait: Wait,
): Promise<void> {
  const { db, seedJokes, threads, minutes, gate = GATE_DEFAULTS } = options;
  const everywhere = await wait(() =>
    trainableJokes(db, { halfLifeDays: options.halfLifeDays ?? HALF_LIFE_DAYS }),
  );
  const rated = everywhere.filter(({ guildId }) => run.guildId === null || guildId === run.guildId);
  const { training, snapshot } = learningCorpus(rated, seedJokes, options.corpus);
  const learned = snapshot.training.filter(({ weight }) => weight > 0).length;
  const heldOut = snapshot.heldOut.filter(({ weight }) => weight !== 0).length;
  const corpus: RunCorpus = {
    sha256: snapshot.hash,
    ...{ rated: rated.length, learned, heldOut, seed: snapshot.seedJokes },
    votes: rated.reduce((sum, { votes }) => sum + votes, 0),
  };
  const kept: RunSnapshot = {
    training: snapshot.training,
    heldOut: snapshot.heldOut,
    voteModel: { ...snapshot.voteModel },
  };
  run.folder = folder;
  await wait(() => recordRun(db, run, { corpus, snapshot: kept, folder }));
  run.snapshot = kept;
  if (learned === 0 || (heldOut < gate.heldOut && !options.skipGate))
    throw new ChispaError(
      'too-few-rated',
      `There are too few rated jokes yet: ${heldOut} of the ${gate.heldOut} that the comparison needs are held out, of ${rated.length} rated ones. More votes help.`,
    );
  await prepareRun({
    ...{ base: base.folder, modelsDir: parent, name, jokes: training, threads },
    corpus: `${learned} rated jokes and ${snapshot.seedJokes} seed jokes`,
    settings:
      run.guildId === null
        ? (options.training ?? LEARNING_SETTINGS)
        : (options.voiceTraining ?? VOICE_SETTINGS),
    ...(minutes !== undefined && { minutes }),
  });
}

async function train({ db, log, signal, onEvent }: LearnOptions, run: OpenRun, folder: string) {
  const writing: Promise<void>[] = [];
  const outcome = await trainRun(folder, {
    ...(signal && { signal }),
    onEvent(event) {
      onEvent?.(event);
      if (event.event !== 'epoch') return;
      // For those who watch: `register` writes down what the database missed.
      const written = recordEpoch(db, run.id, epochOf(event)).catch((error) =>
        log.warn({ error: messageOf(error) }, 'an epoch could not be written down yet'),
      );
      writing.push(written);
    },
  });
  await Promise.all(writing);
  if (outcome === 'interrupted') throw new ChispaError('interrupted', 'The training run was stopped.');
}

/** The row of the new version: rejected until the gate has let it through. */
async function register(
  { db }: LearnOptions,
  run: OpenRun,
  { base, output }: { base: ModelVersion; output: string },
  wait: Wait,
): Promise<ModelVersion> {
  const { name, sha256, manifest, config } = await openWhole(output);
  const version = await wait(() =>
    ensureModelVersion(db, {
      ...{ name, sha256, folder: output, files: manifest.files, context: config.positions },
      ...{ kind: 'trained', parentId: base.id, base: base.base, status: 'rejected' },
    }),
  );
  const epochs = await trainedEpochs(output);
  await wait(async () => {
    await recordRun(db, run, { versionId: version.id });
    for (const epoch of epochs) await recordEpoch(db, run.id, epoch);
  });
  return version;
}

async function decide(options: LearnOptions, run: OpenRun, version: ModelVersion, wait: Wait): Promise<void> {
  const { db, log, skipGate = false, trialShare = 0 } = options;
  // Not the one the run began with, when the host has chosen another meanwhile: that one would be replaced.
  const active = await wait(() => activeModel(db));
  if (!active) throw new ChispaError('no-model', 'There is no active model any more.');
  const start = (await wait(() => findModelVersion(db, run.baseVersionId))) ?? active;
  const folders = { start: start.folder, active: active.folder, candidate: version.folder };
  const unmeasured = options.samples === 0 && skipGate;
  const comparison = unmeasured ? undefined : await measure(options, run, folders, wait);
  await openWhole(version.folder, version.sha256);
  const candidate: Candidate = {
    versionId: version.id,
    formerId: active.id,
    ...(comparison && { evaluation: comparison.evaluation }),
  };
  const promoted = skipGate || comparison?.verdict.promoted === true;
  log.info({ model: version.name, promoted, reasons: comparison?.verdict.reasons }, 'the gate has decided');
  await wait(() => {
    if (!promoted) return rejectCandidate(db, run, candidate);
    return trialShare > 0 && !skipGate
      ? tryCandidate(db, run, candidate, trialShare)
      : promoteCandidate(db, run, candidate);
  });
}
