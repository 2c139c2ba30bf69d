import { setTimeout as delay } from 'node:timers/promises';

/**
 * Codes of sockets, and of PostgreSQL itself: shut down, starting, no connection (classes 08 and 57P), too many of them,
 * a transaction that was idle for too long.
 */
const OUTAGE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P0[1-3]|08\w{3}|53300|25P03)$/;

/** node-postgres and its pool give lost connections no code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired)/;

/** Whether an error says that the database is away, not that it refused something. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isOutage)) return true;
  if (LOST.test(error.message)) return true;
  return ('code' in error && OUTAGE.test(String(error.code))) || isOutage(error.cause);
}

export interface Patience {
  /** Milliseconds until it gives up. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Called with each failure that is waited for. */
  onOutage?: (error: unknown) => void;
}

const PAUSE_MS = 1000;

/** Does `work` again and again while the database is away; it must be safe to repeat. */
export async function patiently<T>(
  work: () => Promise<T>,
  { timeoutMs, signal, onOutage }: Patience,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || performance.now() > until || signal?.aborted) throw error;
      onOutage?.(error);
      await delay(PAUSE_MS);
    }
  }
}
