import { createRandom, type Random } from '../../src/lib/random.ts';

/** What is simulated: one day of requests for new jokes, which generators write. */
export interface Scale {
  /** Requests that reach a generator in a day. */
  requests: number;
  workers: number;
  /** Jokes that a generator writes together. */
  slots: number;
  /** Mean tokens of a joke. */
  tokens: number;
  /** Tokens a second of one generator that writes 1, 2, … jokes together; the last figure holds for more. */
  speeds: readonly number[];
  seed: number;
}

/** What came of the requests of one hour, in seconds. */
export interface Hour {
  requests: number;
  /** Until a slot is free. */
  waitMedian: number;
  wait95: number;
  /** Until the whole joke is written. */
  total95: number;
}

export interface Outcome {
  hours: Hour[];
  wait99: number;
  longest: number;
  /** Share of the time that a slot is in use, on average. */
  busy: number;
}

const DAY = 24 * 3600;
/** At nine in the evening there are nine times as many requests as at nine in the morning. */
const SWING = 0.8;
const PEAK = 21;

/** How many times the mean as many requests there are at a moment of the day. */
export const wave = (second: number): number =>
  1 + SWING * Math.cos((2 * Math.PI * (second / 3600 - PEAK)) / 24);

interface Job {
  arrived: number;
  /** Tokens still to write. */
  left: number;
  started: number;
}

/**
 * Simulates a day event by event: requests arrive by a Poisson process that follows the day's wave, wait in one queue, and
 * go to the generator with the fewest. Rows of one generator share its speed.
 */
export function simulateDay(scale: Scale): Outcome {
  const { workers, slots, tokens, speeds } = scale;
  const random = createRandom(scale.seed);
  const pool = Array.from({ length: workers }, () => ({ jobs: [] as Job[], at: 0 }));
  const queue: Job[] = [];
  let head = 0;
  const done: { hour: number; wait: number; total: number }[] = [];
  let busy = 0;
  const perRow = (rows: number) => (speeds[Math.min(rows, speeds.length) - 1] ?? 0) / rows;
  /** Writes on until a moment. */
  const advance = (worker: (typeof pool)[number], now: number) => {
    const rows = worker.jobs.length;
    busy += rows * (now - worker.at);
    if (rows > 0) for (const job of worker.jobs) job.left -= (now - worker.at) * perRow(rows);
    worker.at = now;
  };
  const nextEnd = ({ jobs, at }: (typeof pool)[number]) =>
    jobs.length === 0
      ? Number.POSITIVE_INFINITY
      : at + Math.max(0, Math.min(...jobs.map(({ left }) => left))) / perRow(jobs.length);
  const take = (now: number) => {
    while (head < queue.length) {
      const freest = pool.reduce((a, b) => (b.jobs.length < a.jobs.length ? b : a));
      const job = queue[head];
      if (freest.jobs.length >= slots || !job) return;
      head++;
      advance(freest, now);
      job.started = now;
      freest.jobs.push(job);
    }
  };

  let arrival = nextArrival(random, 0, scale.requests);
  for (;;) {
    const ends = pool.map(nextEnd);
    const end = Math.min(...ends);
    const now = Math.min(arrival, end);
    if (now === Number.POSITIVE_INFINITY) break;
    if (arrival <= end) {
      queue.push({ arrived: now, left: lengthOf(random, tokens), started: 0 });
      arrival = nextArrival(random, now, scale.requests);
    } else {
      const worker = pool[ends.indexOf(end)];
      if (!worker) break;
      advance(worker, now);
      for (const job of worker.jobs.filter(({ left }) => left <= 1e-6))
        done.push({
          hour: Math.floor(job.arrived / 3600),
          wait: job.started - job.arrived,
          total: now - job.arrived,
        });
      worker.jobs = worker.jobs.filter(({ left }) => left > 1e-6);
    }
    take(now);
  }
  const waits = done.map(({ wait }) => wait);
  return {
    hours: Array.from({ length: 24 }, (_, hour) => {
      const here = done.filter((one) => one.hour === hour);
      const sorted = here.map(({ wait }) => wait);
      return {
        requests: here.length,
        waitMedian: quantile(sorted, 0.5),
        wait95: quantile(sorted, 0.95),
        total95: quantile(
          here.map(({ total }) => total),
          0.95,
        ),
      };
    }),
    wait99: quantile(waits, 0.99),
    longest: quantile(waits, 1),
    busy: busy / (DAY * workers * slots),
  };
}

/** By thinning; none comes after the day's end. */
function nextArrival(random: Random, from: number, requests: number): number {
  const most = (requests / DAY) * (1 + SWING);
  for (let at = from; ; ) {
    at -= Math.log(1 - random.unit()) / most;
    if (at >= DAY) return Number.POSITIVE_INFINITY;
    if (random.unit() * (1 + SWING) <= wave(at)) return at;
  }
}

/** Jokes have at least a quarter of the mean length; what exceeds that is exponential. */
const lengthOf = (random: Random, mean: number): number =>
  mean / 4 - 0.75 * mean * Math.log(1 - random.unit());

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
