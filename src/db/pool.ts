import pg, { type ClientConfig, type Pool, type PoolClient } from 'pg';
import type { Logger } from '../lib/log.ts';
import { endSilence, endSoon, SILENCE_MS } from './connection.ts';

/** Connections for queries. One more is used for listening (src/db/listener.ts). */
const POOL_SIZE = 8;

export interface OpenPool {
  pool: Pool;
  close(): Promise<void>;
}

/** Connections for queries, shared by the store and the queue. A lost one is replaced the next time it is needed. */
export function createPool(client: ClientConfig, log: Logger): OpenPool {
  const open = new Set<PoolClient>();
  const pool = new pg.Pool({
    ...client,
    max: POOL_SIZE,
    idleTimeoutMillis: SILENCE_MS / 2,
    // Otherwise a transaction whose process froze or was cut off would keep its locks until TCP gives up, after two
    // hours.
    onConnect: (connection) => connection.query(`set idle_in_transaction_session_timeout = '1min'`),
  });
  pool.on('connect', (connection) => {
    open.add(connection);
    endSilence(connection);
  });
  pool.on('remove', (connection) => open.delete(connection));
  pool.on('error', (error) =>
    log.debug({ error: error.message }, 'an idle connection to PostgreSQL was lost'),
  );
  const connect = pool.connect.bind(pool);
  // With a callback, which pg calls before it reads the server's next message: that may end the connection just handed on.
  const connectSafely = () =>
    new Promise<PoolClient>((resolve, reject) => {
      connect((error, connection) => {
        if (connection) resolve(givenBackWhenLost(connection));
        else reject(error);
      });
    });
  // Called with a callback, it is the pool's own `query`, which manages its connection itself.
  pool.connect = ((callback?: Parameters<typeof connect>[0]) =>
    callback ? connect(callback) : connectSafely()) as Pool['connect'];
  return { pool, close: () => endSoon(pool.end(), () => open) };
}

/**
 * A connection that returns to the pool when it is lost, no matter who holds it. The pool does not handle errors on a
 * connection in use: losing it between two queries would be an uncaught error of the process, and Drizzle never
 * releases one lost before `begin`. Releasing it a second time does nothing.
 */
function givenBackWhenLost(connection: PoolClient): PoolClient {
  const release = connection.release;
  let held = true;
  const giveBack = (error?: Error | boolean) => {
    if (!held) return;
    held = false;
    release(error);
    connection.off('error', giveBack);
  };
  connection.on('error', giveBack);
  connection.release = giveBack;
  return connection;
}
