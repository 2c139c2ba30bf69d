import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { migrationOf, newestMigration } from './migrations.ts';
import * as schema from './schema.ts';
import type { Database } from './store.ts';

// An embedded database belongs to one process. It lends it to the `chispa` commands of the same user through a socket in
// the data folder: queries and transactions one after the other, as if they were its own.

/** The first thing a borrower hears. */
interface Greeting {
  pid: number;
  /** The newest migration of the lent database: the schema that the lender works with, whatever is installed meanwhile. */
  migration: number;
}

type Ask =
  | { do: 'query'; sql: string; params: unknown[] | undefined; options: Pick<QueryOptions, 'rowMode'> }
  | { do: 'begin' | 'commit' | 'rollback' };
type Reply = { result: Results | undefined } | { error: { message: string; code: string | undefined } };

/** A borrower's transaction keeps everybody else waiting; one in which nothing happens for this long is rolled back. */
const IDLE_MS = 10_000;

/** Longest path of a Unix socket on every system. */
const LONGEST_PATH = 100;

const socketIn = (dataDir: string): string => join(dataDir, 'db.socket');

/**
 * Lends the database to other processes of this user until the returned function is called. Where there are no such sockets
 * (Windows, a data folder with a very long path), nobody can borrow it.
 */
export async function lend(pglite: PGlite, dataDir: string, log: Logger): Promise<() => Promise<void>> {
  const path = socketIn(dataDir);
  if (process.platform === 'win32' || Buffer.byteLength(path) > LONGEST_PATH) return async () => {};
  rmSync(path, { force: true }); // a killed process left it
  const borrowers = new Set<Socket>();
  const server = createServer((socket) => {
    borrowers.add(socket);
    socket.on('error', (error) => log.debug({ error: error.message }, 'a borrower of the database is gone'));
    socket.on('close', () => borrowers.delete(socket));
    serve(pglite, socket).catch((error) =>
      log.debug({ error: messageOf(error) }, 'a borrower of the database is gone'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177); // it is there, for its owner only, when `listen` returns
    server.listen(path, resolve);
    process.umask(before);
  });
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of borrowers) socket.destroy();
    });
}

async function serve(pglite: PGlite, socket: Socket): Promise<void> {
  let held: HeldTransaction | undefined;
  const answer = async (ask: Ask): Promise<Results | undefined> => {
    if (ask.do === 'query')
      return (held?.tx ?? pglite).query(ask.sql, ask.params, { ...ask.options, parsers: AS_TEXT });
    if (ask.do === 'begin') {
      held = await hold(pglite);
      socket.setTimeout(IDLE_MS);
    } else {
      const ending = held;
      held = undefined;
      socket.setTimeout(0);
      await ending?.end(ask.do === 'commit');
    }
    return undefined;
  };
  try {
    socket.on('timeout', () => socket.destroy());
    const migration = await migrationOf(drizzle(pglite));
    send<Greeting>(socket, { pid: process.pid, migration });
    for await (const ask of received<Ask>(socket)) {
      const reply = await answer(ask).then(
        (result): Reply => ({ result }),
        (error): Reply => ({ error: { message: messageOf(error), code: error?.code } }),
      );
      send<Reply>(socket, reply);
    }
  } finally {
    await held?.end(false);
  }
}

/** The types that Drizzle reads itself: date and time, and arrays of these and of numeric. */
const AS_TEXT = Object.fromEntries(
  [1082, 1114, 1184, 1186, 1115, 1182, 1185, 1187, 1231].map((type) => [type, (value: string) => value]),
);

interface HeldTransaction {
  tx: Transaction;
  /** Ends it, and resolves when that is done. */
  end(commit: boolean): Promise<void>;
}

const hold = (pglite: PGlite): Promise<HeldTransaction> =>
  new Promise((resolve, reject) => {
    const done = pglite.transaction(async (tx) => {
      const commits = await new Promise<boolean>((settle) => {
        const end = (commit: boolean) => {
          settle(commit);
          return done;
        };
        resolve({ tx, end });
      });
      if (!commits) await tx.rollback();
    });
    done.catch(reject);
  });

export interface Borrowed {
  db: Database;
  close(): Promise<void>;
}

/**
 * The database of the running process that holds the data folder; undefined if none lends it.
 * @throws ChispaError `other-version` when that process works with another schema.
 */
export async function borrow(dataDir: string): Promise<Borrowed | undefined> {
  const socket = await open(socketIn(dataDir));
  if (!socket) return undefined;
  const replies = received<Greeting | Reply>(socket);
  const close = async () => void socket.destroy();
  const hear = async () => {
    const { value, done } = await replies.next();
    if (done) throw new ChispaError('database-lost', 'The program that holds the database has stopped.');
    return value;
  };
  const { pid, migration } = (await hear()) as Greeting; // the first message
  if (migration !== newestMigration()) {
    await close();
    throw new ChispaError(
      'other-version',
      `Process ${pid}, which holds the database in ${dataDir}, is another version of Chispa: restart it first.`,
    );
  }
  const ask = async (request: Ask): Promise<Results | undefined> => {
    send(socket, request);
    const reply = (await hear()) as Reply; // every further message
    if ('error' in reply) throw Object.assign(new Error(reply.error.message), { code: reply.error.code });
    return reply.result;
  };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const query = (sql: string, params?: unknown[], { rowMode }: QueryOptions = {}) =>
    ask({ do: 'query', sql, params, options: rowMode ? { rowMode } : {} });
  const client = {
    query: (...args: Parameters<typeof query>) => inTurn(() => query(...args)),
    transaction: <T>(work: (tx: { query: typeof query }) => Promise<T>) =>
      inTurn(async () => {
        await ask({ do: 'begin' });
        try {
          const result = await work({ query });
          await ask({ do: 'commit' });
          return result;
        } catch (error) {
          await ask({ do: 'rollback' }).catch(() => {}); // the first error says more
          throw error;
        }
      }),
  };
  // Drizzle calls nothing else of a PGlite.
  const db = drizzle(client as unknown as PGlite, { schema, casing: 'snake_case' });
  return { db, close };
}

const open = (path: string): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => resolve(undefined)); // none there, or left by a killed process
  });

function send<T>(socket: Socket, message: T): void {
  const body = serialize(message);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  socket.write(Buffer.concat([size, body]));
}

async function* received<T>(socket: Socket): AsyncGenerator<T, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + rest.readUInt32BE(0);
      if (rest.length < end) break;
      yield deserialize(rest.subarray(4, end)) as T; // written by `send`
      rest = rest.subarray(end);
    }
  }
}
