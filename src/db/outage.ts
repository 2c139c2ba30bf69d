import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { PgDatabase, type PgDialect, type PgSession } from 'drizzle-orm/pg-core';
import { within } from '../lib/within.ts';
import type { Database } from './connect.ts';

/**
 * Error codes of sockets, and of PostgreSQL itself: shutting down, starting up, no connection (classes 08 and 57P),
 * too many connections, a transaction that was idle for too long.
 */
const OUTAGE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P0[1-3]|08\w{3}|53300|25P03)$/;

/** node-postgres and its pool report lost connections without a code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired)/;

/** Whether an error means that the database is unreachable, as opposed to a query it rejected. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isOutage)) return true;
  if (LOST.test(error.message)) return true;
  return ('code' in error && OUTAGE.test(String(error.code))) || isOutage(error.cause);
}

/** Whether the database answers within this many milliseconds. */
export const isAnswering = async (db: Database, milliseconds: number): Promise<boolean> =>
  (await within(
    milliseconds,
    db.execute(sql`select 1`).then(
      () => true,
      () => false,
    ),
  )) ?? false;

export interface Patience {
  /** Milliseconds until a query gives up. */
  timeoutMs: number;
  /** Aborting ends the wait. */
  signal?: AbortSignal | undefined;
  /** Called when a query begins to wait. */
  onOutage?: (error: unknown) => void;
}

const PAUSE_MS = 1000;

/**
 * A handle to the same database for work that can wait. While the database is away, queries and whole transactions
 * are retried. When a connection is lost before the answer arrives, nobody knows whether the query took effect, so
 * everything written through this handle must be safe to repeat.
 */
export function patientDatabase(db: Database, patience: Patience): Database {
  const { session } = db._;
  const again = <T>(work: () => Promise<T>) => patiently(work, patience);
  const patient: typeof session = Object.assign(Object.create(session) as typeof session, {
    prepareQuery(...query: Parameters<PgSession['prepareQuery']>) {
      const prepared = session.prepareQuery(...query);
      const execute = prepared.execute.bind(prepared);
      prepared.execute = (values) => again(() => execute(values));
      return prepared;
    },
    transaction: (...work: Parameters<typeof session.transaction>) =>
      again(() => session.transaction(...work)),
  });
  const { dialect } = db as unknown as { dialect: PgDialect }; // exists, but is missing from the published type
  return new PgDatabase(dialect, patient, db._.schema && { ...db._, schema: db._.schema });
}

async function patiently<T>(work: () => Promise<T>, { timeoutMs, signal, onOutage }: Patience): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (let waiting = false; ; waiting = true) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || performance.now() > until || signal?.aborted) throw error;
      if (!waiting) onOutage?.(error);
      await delay(PAUSE_MS);
    }
  }
}
