import { randomUUID } from 'node:crypto';
import type { Store } from '../db/connect.ts';
import { learningPaused, votesSinceLastRun } from '../db/learning.ts';
import { currentRun, type OpenRun, refusedToday, takeOverRun } from '../db/training-runs.ts';
import { dueVoice } from '../db/voices.ts';
import { createBell } from '../lib/bell.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { metrics } from '../lib/metrics.ts';
import { LATER, LEARN, type LearnJob } from '../queue/learning.ts';
import type { Queue } from '../queue/queue.ts';
import { learn } from './learn.ts';
import { actOnLiveRatings, type LiveRatingsOptions } from './live-ratings.ts';
import type { LearnOptions } from './options.ts';
import { pruneModels, pruneVoices } from './prune.ts';
import { beginVersion } from './version.ts';
import { beginVoice } from './voice.ts';

export interface TrainerOptions
  extends Omit<LearnOptions, 'db' | 'signal'>,
    Pick<LiveRatingsOptions, 'live'> {
  store: Store;
  queue: Queue;
  /** When runs start automatically: a cron expression in the machine's time zone; undefined for never. */
  schedule: string | undefined;
  /** New votes after which a run starts automatically; 0 for never. */
  afterVotes: number;
  /** New votes in a guild after which its voice is trained, if it wants one; 0 for never. */
  voiceVotes: number;
  /** Trained versions that keep their weights. */
  modelsKeep: number;
  /** Milliseconds between unprompted checks for work. */
  pollMs?: number;
}

export interface Trainer {
  close(): Promise<void>;
}

const POLL_MS = 5000;

/**
 * The trainer role: begins runs that are scheduled, requested or due by votes, resumes runs whose process is gone, and
 * watches the ratings of new versions. Any number of trainers may run; one of them trains at a time.
 */
export async function startTrainer(options: TrainerOptions): Promise<Trainer> {
  const { store, queue, schedule, afterVotes, voiceVotes, modelsKeep, modelsDir, log } = options;
  const { pollMs = POLL_MS } = options;
  const { db } = store;
  const owner = randomUUID();
  const stopping = new AbortController();
  const learning: LearnOptions = { ...options, db, signal: stopping.signal };
  await queue.planLearning({
    schedule,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const bell = createBell();
  const unlisten = await store.listen('chispa_jobs', (queue) => queue === LEARN && bell.ring(), bell.ring);
  const loop = work();

  return {
    async close() {
      stopping.abort();
      bell.ring();
      await loop;
      await unlisten();
    },
  };

  /** Keeps going while a run is trained: votes may turn against the active version meanwhile. */
  async function work(): Promise<void> {
    let training: Promise<void> | undefined;
    while (!stopping.signal.aborted) {
      try {
        const left = training ? undefined : await takeOverRun(db, owner);
        const run = left ?? (await queue.takeLearning(begin));
        if (run) {
          training = train(run).finally(() => {
            training = undefined;
            bell.ring();
          });
          continue;
        }
      } catch (error) {
        log.error({ error: messageOf(error) }, 'the trainer could not check for work');
      }
      await bell.wait(pollMs);
    }
    await training;
  }

  async function train(run: OpenRun): Promise<void> {
    log.info({ run: run.id, attempt: run.attempts }, 'training');
    try {
      const { status, version, note } = await learn(learning, run);
      log.info({ run: run.id, status, model: version?.name, note }, 'training ended');
      metrics.trainingRuns.inc({ status });
      if (status !== 'running') await prune();
    } catch (error) {
      // Its lease runs out, and the run is picked up again.
      log.error({ error: messageOf(error), run: run.id }, 'the training run was abandoned for now');
    } finally {
      metrics.training.set(0);
    }
  }

  /** `LATER` if a run was requested while a voice is being trained: it begins after that. */
  async function begin(job: LearnJob): Promise<OpenRun | typeof LATER | undefined> {
    if (job.kind === 'run') {
      // Pausing stops automatic runs; a host who asks for one means it.
      if (job.trigger === 'schedule' && (await learningPaused(db))) return undefined;
      if (await trainsVoice()) return LATER;
      const run = await orBusy(beginVersion(learning, job.trigger, owner), job.trigger);
      return run ?? ((await trainsVoice()) ? LATER : undefined);
    }
    await actOnLiveRatings({ ...options, db });
    await prune();
    if (await learningPaused(db)) return undefined;
    const enough = afterVotes > 0 && (await votesSinceLastRun(db)) >= afterVotes;
    // A refused run is retried the next day: its votes still count as new.
    if (enough && !(await refusedToday(db, null)))
      return orBusy(beginVersion(learning, 'votes', owner), 'votes');
    const due = voiceVotes > 0 ? await dueVoice(db, voiceVotes) : undefined;
    return due && orBusy(beginVoice(learning, due, owner), `the voice of guild ${due.guildId}`);
  }

  async function trainsVoice(): Promise<boolean> {
    const run = await currentRun(db);
    return run !== undefined && run.guildId !== null;
  }

  async function orBusy(begun: Promise<OpenRun>, what: string): Promise<OpenRun | undefined> {
    try {
      return await begun;
    } catch (error) {
      if (!(error instanceof ChispaError)) throw error;
      log.info({ what }, `no training now: ${error.message}`);
      return undefined;
    }
  }

  async function prune(): Promise<void> {
    await pruneModels({ db, modelsDir, keep: modelsKeep, log });
    await pruneVoices({ db, modelsDir, log });
  }
}
