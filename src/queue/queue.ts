import { sql } from 'drizzle-orm';
import { type DrizzleTransactionLike, fromDrizzle, type PgBoss } from 'pg-boss';
import type { Store, Transaction } from '../db/connect.ts';
import { notify } from '../db/notify.ts';
import type { Logger } from '../lib/log.ts';
import { startBoss } from './boss.ts';
import { type ConsumeOptions, type Consumer, startConsumer } from './consume.ts';
import { GENERATE, GENERATE_QUEUE, type GenerateJob, generateJob, RETRIES, type Retries } from './jobs.ts';
import { createLearningQueue, type LearningQueue } from './learning.ts';

/** Jobs waiting for a generator or a trainer, stored in the store's own database. */
export interface Queue extends LearningQueue {
  /** Adds a job inside the caller's transaction. When that commits, the job exists and the consumers are woken up. */
  enqueue(tx: Transaction, job: GenerateJob, options: { priority: number }): Promise<void>;
  /** Fetches jobs while there are free slots, until stopped. */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Stops every consumer, returns unfinished jobs to the queue, and leaves the queued ones for the next start. */
  close(): Promise<void>;
}

export interface QueueOptions {
  store: Store;
  log: Logger;
  /** Whether this process sends scheduled jobs, as trainers do. Default false. */
  schedules?: boolean;
  /** When failed jobs are retried; default `RETRIES`. */
  retries?: Retries;
}

/** Opens the queue and creates its tables on first use. Close it before the store. */
export async function createQueue({
  store,
  log,
  schedules = false,
  retries = RETRIES,
}: QueueOptions): Promise<Queue> {
  const boss = await startBoss(store, log, schedules);
  await boss.createQueue(GENERATE, GENERATE_QUEUE);
  // pg-boss reads a queue's row once and caches it. Inside a transaction on PGlite, which holds the only connection,
  // that read would wait forever, so do it now.
  await boss.findJobs(GENERATE, { queued: true, limit: 1 });
  if (store.kind === 'pglite') await handBackOrphans(boss, log);
  const learning = await createLearningQueue(boss, store);
  const consumers = new Set<Consumer>();
  let closing: Promise<void> | undefined;

  return {
    ...learning,
    async enqueue(tx, job, { priority }) {
      const payload = generateJob.parse(job);
      // The cast is needed because a handle for either driver has no single result type; fromDrizzle accepts both.
      const db = fromDrizzle(tx as DrizzleTransactionLike, sql);
      await boss.send(GENERATE, payload, { id: payload.requestId, priority, ...retries, db });
      await notify(tx, 'chispa_jobs', GENERATE);
    },
    async consume(options) {
      const consumer = await startConsumer({ boss, store, log, ...options });
      consumers.add(consumer);
      return consumer;
    },
    close() {
      closing ??= Promise.all([...consumers].map((consumer) => consumer.stop()))
        .then(() => boss.stop({ graceful: false }))
        .then(() => {});
      return closing;
    },
  };
}

/**
 * A PGlite folder has one process at a time, and this one has just started, so jobs marked as active were running
 * when the program was killed. Failing them returns them to the queue. (On a server, the missing heartbeat does
 * that.)
 */
async function handBackOrphans(boss: PgBoss, log: Logger): Promise<void> {
  const { rows } = await boss
    .getDb()
    .executeSql(`select id from pgboss.job where name = $1 and state = 'active'`, [GENERATE]);
  if (rows.length === 0) return;
  await boss.fail(
    GENERATE,
    rows.map(({ id }) => String(id)),
    { message: 'the program ended while this joke was being generated' },
  );
  log.info({ jobs: rows.length }, 'retrying jokes left unfinished by a killed program');
}
