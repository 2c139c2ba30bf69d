import { sql } from 'drizzle-orm';
import { clockWarning } from '../lib/clock-warning.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Database } from './store.ts';

/**
 * The database's clock, which all processes share: deadlines are on it, because the clock of a machine may be wrong. On
 * PGlite it is this machine's own, but then it is also the only one.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

const REFRESH_MS = 60_000;

/**
 * Reads the database's clock, and again every minute. In between time passes as it does for a stopwatch, so that
 * setting this machine's clock changes nothing.
 */
export async function startClock(db: Database, log: Logger): Promise<Clock & { stop(): Promise<void> }> {
  const warn = clockWarning(log, "the database's");
  /** The database's time when the stopwatch showed 0. */
  let start = 0;
  async function read(): Promise<void> {
    const before = performance.now();
    // Both drivers return this shape, but the handle that covers both has no common result type.
    const { rows } = (await db.execute(
      sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
    )) as unknown as { rows: [{ now: number }] };
    start = rows[0].now - (before + performance.now()) / 2;
    warn(Date.now() - now());
  }
  const now = () => start + performance.now();
  await read();
  let reading: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    reading = read().catch((error) =>
      log.debug({ error: messageOf(error) }, "the database's clock could not be read"),
    );
  }, REFRESH_MS).unref();
  return {
    now,
    async stop() {
      clearInterval(timer);
      await reading;
    },
  };
}
