import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/** A connection with no traffic for this long, whether or not a query is pending, is presumed dead. */
export const SILENCE_MS = 15_000;

/** How long to wait at the end for a server that does not close the connection. */
const PATIENCE_MS = 1000;

/** The socket or TLS stream of an open connection, which is missing from @types/pg. */
const streamOf = (connection: ClientBase): Socket =>
  (connection as unknown as { connection: { stream: Socket } }).connection.stream;

/**
 * Ends a connection that has had no traffic for {@link SILENCE_MS}. A network that drops packets silently reports
 * nothing, and a pending query would wait forever.
 */
export function endSilence(connection: ClientBase): void {
  const stream = streamOf(connection);
  stream.setTimeout(SILENCE_MS, () => {
    const error = new Error(`PostgreSQL sent nothing for ${SILENCE_MS / 1000} seconds`);
    stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
}

/** Resolves when `end` does. After a short wait, whatever is still open is destroyed. */
export async function endSoon(end: Promise<void>, open: () => Iterable<ClientBase>): Promise<void> {
  const timer = setTimeout(() => {
    for (const connection of open()) streamOf(connection).destroy();
  }, PATIENCE_MS);
  await end.finally(() => clearTimeout(timer));
}
