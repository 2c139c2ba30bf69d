import type { JobWithMetadata, PgBoss } from 'pg-boss';
import type { Store } from '../db/connect.ts';
import { createBell } from '../lib/bell.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { metrics } from '../lib/metrics.ts';
import { within } from '../lib/within.ts';
import { HEARTBEAT_SECONDS } from './boss.ts';
import { GENERATE, type GenerateJob, generateJob } from './jobs.ts';

/** A popped job. `attempt` is 0 at first and increases with each retry. */
export interface ClaimedJob extends GenerateJob {
  attempt: number;
  /**
   * Whether the queue still takes this process for the one that works on it. No longer after a frozen or cut off
   * process has missed its heartbeats: by then the job may run elsewhere, and this attempt should write nothing more.
   */
  isHeld(): boolean;
}

export interface ConsumeOptions {
  /** Maximum number of jobs worked on at once. */
  slots: number;
  /**
   * Handles a job whose deadline has not passed. Resolving completes the job; rejecting returns it to the queue, to
   * be retried after an increasing delay, up to the queue's retry limit. `signal` aborts when the consumer stops and the
   * grace period is over: reject soon, and the job runs again elsewhere or after the next start.
   */
  handle: (job: ClaimedJob, signal: AbortSignal) => Promise<void>;
  /** Closes a job that was popped after its deadline. */
  expire: (job: ClaimedJob) => Promise<void>;
  /** Closes a job that has used up its retries. */
  giveUp: (job: ClaimedJob, error: unknown) => Promise<void>;
  /**
   * Milliseconds between polls for jobs, default 1000. Polling is needed because a notification may be lost with its
   * connection, and a job returned by a dead generator sends none.
   */
  pollMs?: number;
  /** How many milliseconds the running jobs have to finish when the consumer stops, default 0. */
  graceMs?: number;
}

export interface Consumer {
  /** How many jobs it works on now. */
  running(): number;
  /**
   * Takes no more jobs, lets the running ones finish for the grace period, aborts the rest, and resolves when they are
   * settled or returned to the queue.
   */
  stop(): Promise<void>;
}

interface ConsumerParts extends ConsumeOptions {
  boss: PgBoss;
  store: Store;
  log: Logger;
}

/** A job that this process works on, and when it was last sure to hold it, in `performance.now()`'s milliseconds. */
interface Claim {
  job: JobWithMetadata<GenerateJob>;
  heldAt: number;
}

const isHeld = ({ heldAt }: Claim): boolean => performance.now() - heldAt < HEARTBEAT_SECONDS * 1000;

/** How long to wait for handlers that ignore their signal. After that their jobs are returned without them. */
const STOP_MS = 1000;

/**
 * Fetches as many jobs as there are free slots whenever a job is enqueued, a slot becomes free, or the next poll is
 * due.
 */
export async function startConsumer({
  boss,
  store,
  log,
  slots,
  handle,
  expire,
  giveUp,
  pollMs = 1000,
  graceMs = 0,
}: ConsumerParts): Promise<Consumer> {
  const running = new Map<Promise<void>, Claim>();
  let takesMore = true;
  /** The grace period is over. */
  const stopping = new AbortController();
  const bell = createBell();
  const unlisten = await store.listen('chispa_jobs', bell.ring, bell.ring);
  const heartbeat = setInterval(
    () => beat(held()).catch(tell('heartbeat failed')),
    (HEARTBEAT_SECONDS * 1000) / 3,
  );
  metrics.slots.inc(slots);
  const loop = pull();
  let stopped: Promise<void> | undefined;

  return {
    running: () => running.size,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function pull(): Promise<void> {
    while (takesMore) {
      const free = slots - running.size;
      const heldAt = performance.now(); // the database takes its time later, so this errs on the safe side
      const jobs = free > 0 ? await fetchJobs(free) : [];
      for (const job of jobs) start({ job, heldAt });
      // After a full fetch there may be more jobs: otherwise a free slot would wait for the next wake-up.
      if (jobs.length < free || free <= 0) await bell.wait(pollMs);
    }
  }

  async function fetchJobs(batchSize: number): Promise<JobWithMetadata<GenerateJob>[]> {
    try {
      return await boss.fetch<GenerateJob>(GENERATE, { batchSize, includeMetadata: true });
    } catch (error) {
      tell('could not fetch jobs')(error);
      return [];
    }
  }

  function held(): Claim[] {
    return [...running.values()].filter(isHeld);
  }

  /** Renews what the queue still has as this process's. */
  async function beat(claims: Claim[]): Promise<void> {
    if (claims.length === 0) return;
    const at = performance.now();
    await boss.touch(
      GENERATE,
      claims.map(({ job }) => job),
    );
    // A heartbeat that took longer than it lasts may have come too late.
    for (const claim of claims) if (isHeld(claim)) claim.heldAt = at;
  }

  function start(claim: Claim): void {
    const { job } = claim;
    if (job.retryCount === 0) metrics.wait.observe(Math.max(0, Date.now() - job.createdOn.getTime()) / 1000);
    const finished = metrics.duration.startTimer();
    metrics.running.inc();
    const work = run(claim).then((outcome) => {
      finished();
      metrics.requests.inc({ outcome });
      metrics.running.dec();
      running.delete(work);
      bell.ring();
    });
    running.set(work, claim);
  }

  /** How the attempt ended. */
  async function run(claim: Claim): Promise<'handled' | 'expired' | 'given-up' | 'retried'> {
    const { job } = claim;
    const claimed: ClaimedJob = {
      ...generateJob.parse(job.data),
      attempt: job.retryCount,
      isHeld: () => isHeld(claim),
    };
    try {
      const late = store.clock.now() > claimed.deadline;
      await (late ? expire(claimed) : handle(claimed, stopping.signal));
      await boss.complete(GENERATE, job);
      return late ? 'expired' : 'handled';
    } catch (error) {
      if (!isHeld(claim)) {
        tell('a job was lost: it runs again, perhaps elsewhere')(error);
        return 'retried';
      }
      const isLast = claimed.attempt >= job.retryLimit && !stopping.signal.aborted;
      if (isLast)
        await giveUp(claimed, error).catch(tell('could not close a job that failed for the last time'));
      else if (!stopping.signal.aborted) tell('a job failed and will be retried')(error);
      await (isLast ? boss.fail(GENERATE, job, { message: messageOf(error) }) : handBack([job], error)).catch(
        tell('could not return a job to the queue'),
      );
      return isLast ? 'given-up' : 'retried';
    }
  }

  /** Returns jobs to the queue. Stopping is no fault of theirs, so even one without retries left has another. */
  async function handBack(jobs: JobWithMetadata<GenerateJob>[], reason: unknown): Promise<void> {
    await boss.fail(GENERATE, jobs, { message: messageOf(reason) });
    const spent = jobs.filter(({ retryCount, retryLimit }) => retryCount >= retryLimit);
    if (spent.length > 0)
      await boss.retry(
        GENERATE,
        spent.map(({ id }) => id),
      );
  }

  async function stop(): Promise<void> {
    takesMore = false;
    bell.ring();
    await loop;
    await within(graceMs, Promise.allSettled(running.keys()));
    stopping.abort();
    await within(STOP_MS, Promise.allSettled(running.keys()));
    clearInterval(heartbeat);
    const left = held().map(({ job }) => job);
    if (left.length > 0) await handBack(left, 'the program stopped');
    await unlisten();
    metrics.slots.dec(slots);
  }

  function tell(what: string): (error: unknown) => void {
    return (error) => log.error({ error: messageOf(error) }, what);
  }
}
