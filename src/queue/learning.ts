import { sql } from 'drizzle-orm';
import { type DrizzleTransactionLike, fromDrizzle, type Job, type PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Store } from '../db/connect.ts';
import { notify } from '../db/notify.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';

/** The queue that trainers pull from. */
export const LEARN = 'learn';

/** What a trainer is asked to do: begin a training run, or check the votes. */
const learnJob = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), trigger: z.enum(['schedule', 'host']) }),
  z.strictObject({ kind: z.literal('check') }),
]);
export type LearnJob = z.infer<typeof learnJob>;

/** Returned by a handler when its job has to wait for something: the job is queued again, even if this process dies. */
export const LATER = Symbol('later');
const LATER_SECONDS = 5;

/** When trainers check the votes: whether there are enough new ones, and how they rate new versions. */
const CHECKS = '*/5 * * * *';

/** The jobs of the learning loop. The state of a run is in its row (src/db/training-runs.ts), not in its job. */
export interface LearningQueue {
  /** Requests a training run. False when one has already been requested. */
  requestLearning(trigger: 'host' | 'schedule'): Promise<boolean>;
  /**
   * Schedules a check of the votes, now and every few minutes, and sets when runs begin by themselves: a cron
   * expression, or undefined for never. Applies to all processes; those whose queue was created with `schedules` send
   * the jobs. Throws ChispaError `bad-schedule`.
   */
  planLearning(plan: { schedule: string | undefined; timeZone: string }): Promise<void>;
  /** Passes the next job, if there is one, to `handle`, which should be quick. A job that fails is retried. */
  takeLearning<T>(handle: (job: LearnJob) => Promise<T | typeof LATER>): Promise<T | undefined>;
}

/** Creates the queue on first use. */
export async function createLearningQueue(boss: PgBoss, store: Store): Promise<LearningQueue> {
  // At most one job of each kind is waiting or being handled.
  await boss.createQueue(LEARN, { policy: 'exclusive', expireInSeconds: 60, retryLimit: 3, retryDelay: 5 });
  return {
    async requestLearning(trigger) {
      const job: LearnJob = { kind: 'run', trigger };
      const id = await boss.send(LEARN, job, { singletonKey: job.kind });
      await notify(store.db, 'chispa_jobs', LEARN);
      return id !== null;
    },
    async planLearning({ schedule, timeZone }) {
      const plan = (key: string, cron: string, job: LearnJob) =>
        boss.schedule(LEARN, cron, job, { key, tz: timeZone, singletonKey: job.kind });
      await plan('check', CHECKS, { kind: 'check' });
      await boss.send(LEARN, { kind: 'check' }, { singletonKey: 'check' });
      if (schedule === undefined) await boss.unschedule(LEARN, 'run');
      else
        await plan('run', schedule, { kind: 'run', trigger: 'schedule' }).catch((error: unknown) => {
          throw new ChispaError(
            'bad-schedule',
            `LEARN_SCHEDULE is not a cron expression: ${messageOf(error)}. A good value: LEARN_SCHEDULE=0 4 * * 1`,
          );
        });
    },
    async takeLearning(handle) {
      const [job] = await boss.fetch<LearnJob>(LEARN);
      if (!job) return undefined;
      try {
        const result = await handle(learnJob.parse(job.data));
        if (result === LATER) await takeUpLater(job);
        else await boss.complete(LEARN, job.id);
        return result === LATER ? undefined : result;
      } catch (error) {
        await boss.fail(LEARN, job.id, { message: messageOf(error) });
        throw error;
      }
    },
  };

  /** Queues the same job again in one transaction, so that it is neither lost nor duplicated. */
  async function takeUpLater({ id, data }: Job<LearnJob>): Promise<void> {
    await store.db.transaction(async (tx) => {
      const db = fromDrizzle(tx as DrizzleTransactionLike, sql); // as in queue.ts
      await boss.complete(LEARN, id, null, { db });
      await boss.send(LEARN, data, { singletonKey: data.kind, startAfter: LATER_SECONDS, db });
    });
  }
}
