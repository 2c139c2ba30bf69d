import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/** A connection on which nothing came or went for so long, asked or not, is taken for dead. */
export const SILENCE_MS = 15_000;

/** Patience at the end with a server that does not say good-bye. */
const PATIENCE_MS = 1000;

/** The socket or TLS stream of an open connection, which @types/pg leaves out. */
const streamOf = (connection: ClientBase): Socket =>
  (connection as unknown as { connection: { stream: Socket } }).connection.stream;

/**
 * Ends a connection on which nobody says anything for {@link SILENCE_MS}: a network that swallows packets tells nobody,
 * and whoever waits for an answer would wait for ever.
 */
export function endSilence(connection: ClientBase): void {
  const stream = streamOf(connection);
  stream.setTimeout(SILENCE_MS, () => {
    const error = new Error(`PostgreSQL said nothing for ${SILENCE_MS / 1000} seconds`);
    stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
}

/** Resolves when `end` does, which it soon must: what is still open then is torn down. */
export async function endSoon(end: Promise<void>, open: () => Iterable<ClientBase>): Promise<void> {
  const timer = setTimeout(() => {
    for (const connection of open()) streamOf(connection).destroy();
  }, PATIENCE_MS);
  await end.finally(() => clearTimeout(timer));
}
