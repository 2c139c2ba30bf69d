import { sql } from 'drizzle-orm';
import { type DrizzleTransactionLike, fromDrizzle, type PgBoss } from 'pg-boss';
import type { Store, Transaction } from '../db/connect.ts';
import { notify } from '../db/notify.ts';
import type { Logger } from '../lib/log.ts';
import { startBoss } from './boss.ts';
import { type ConsumeOptions, type Consumer, startConsumer } from './consume.ts';
import { GENERATE, GENERATE_QUEUE, type GenerateJob, generateJob, RETRIES, type Retries } from './jobs.ts';
import { createLearningQueue, type LearningQueue } from './learning.ts';

/** The jobs that wait for a generator or a trainer, in the store's own database. */
export interface Queue extends LearningQueue {
  /** Adds a job inside the caller's transaction: it exists once that commits, and wakes the consumers then. */
  enqueue(tx: Transaction, job: GenerateJob, options: { priority: number }): Promise<void>;
  /** Pulls jobs as long as there are free slots, until stopped. */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Ends every consumer, hands unfinished jobs back, and leaves the queued ones for the next start. */
  close(): Promise<void>;
}

export interface QueueOptions {
  store: Store;
  log: Logger;
  /** Whether this process sends the jobs that are due by the clock; a trainer does. Default false. */
  schedules?: boolean;
  /** When failed jobs run again; default `RETRIES`. */
  retries?: Retries;
}

/** Opens the queue; its tables are made on first use. Close it before the store. */
export async function createQueue({
  store,
  log,
  schedules = false,
  retries = RETRIES,
}: QueueOptions): Promise<Queue> {
  const boss = await startBoss(store, log, schedules);
  await boss.createQueue(GENERATE, GENERATE_QUEUE);
  // pg-boss reads a queue's row once and keeps it. Inside a transaction on PGlite, whose one connection the
  // transaction holds, that read would wait for ever: read it now.
  await boss.findJobs(GENERATE, { queued: true, limit: 1 });
  if (store.kind === 'pglite') await handBackOrphans(boss, log);
  const learning = await createLearningQueue(boss, store);
  const consumers = new Set<Consumer>();
  let closing: Promise<void> | undefined;

  return {
    ...learning,
    async enqueue(tx, job, { priority }) {
      const payload = generateJob.parse(job);
      // The cast: a handle for either driver has no one type of result; fromDrizzle takes what both return.
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
 * A PGlite folder has one process at a time, and this one has just begun: whatever is marked as running was
 * running when the program was killed. Failed, it goes back to the queue. (On a server the missing heartbeat tells.)
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
  log.info({ jobs: rows.length }, 'jokes that a killed program left unfinished run again');
}
