import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg, { type ClientConfig } from 'pg';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type Address, readAddress } from './address.ts';
import { startClock } from './clock.ts';
import { type Listener, openListener } from './listener.ts';
import { migrationOf, migrationsFolder } from './migrations.ts';
import { createPool } from './pool.ts';
import * as schema from './schema.ts';
import type { Opened } from './store.ts';

/** An arbitrary number that every Chispa process on a server agrees on. */
const MIGRATION_LOCK = 0x63_68_69_73; // "chis"

/** A PostgreSQL server, shared by any number of processes. */
export async function openPostgres(databaseUrl: string, log: Logger): Promise<Opened> {
  const address = readAddress(databaseUrl);
  for (const note of address.notes) log.warn(note);
  const { client, listener } = await reach(address, log);
  const { pool, close: closePool } = createPool(client, log);
  const close = async () => {
    await Promise.all([listener.close(), closePool()]);
  };
  try {
    await demandSession(pool, listener, address.place);
    await bringUpToDate(client, address.place);
  } catch (error) {
    await close();
    throw error;
  }
  log.debug({ database: address.place, encrypted: client.ssl !== false }, 'database open (PostgreSQL)');
  return {
    kind: 'postgres',
    pool,
    db: drizzle(pool, { schema, casing: 'snake_case' }),
    listen: listener.listen,
    close,
  };
}

export interface Inspection {
  place: string;
  encrypted: boolean;
  /** Whether the server is on this machine. */
  local: boolean;
  /** See `migrationOf`. */
  migration: number;
  /** How far this machine's clock is ahead of the server's. */
  aheadMs: number;
}

/** Looks at a server as a start would, without changing anything. Throws like `connect`. */
export async function inspectPostgres(databaseUrl: string, log: Logger): Promise<Inspection> {
  const address = readAddress(databaseUrl);
  const { client, listener } = await reach(address, log);
  const { pool, close } = createPool(client, log);
  try {
    await demandSession(pool, listener, address.place);
    const db = drizzle(pool, { schema });
    const clock = await startClock(db, log);
    await clock.stop();
    return {
      place: address.place,
      encrypted: client.ssl !== false,
      local: /^(\/|localhost$|127\.|::1$)/.test(client.host ?? 'localhost'),
      migration: await migrationOf(db),
      aheadMs: Date.now() - clock.now(),
    };
  } finally {
    await Promise.all([listener.close(), close()]);
  }
}

/** The first connection. Where encryption is only preferred, it shows whether the server supports it. */
async function reach(
  { client, encryption, place }: Address,
  log: Logger,
): Promise<{ client: ClientConfig; listener: Listener }> {
  const tries: ClientConfig[] = [];
  const encrypted = { ...client, ...(encryption.direct && { sslnegotiation: 'direct' as const }) };
  if (encryption.mode !== 'off') tries.push({ ...encrypted, ssl: encryption.options() });
  if (encryption.mode !== 'required') tries.push({ ...client, ssl: false });
  for (const [i, config] of tries.entries()) {
    try {
      return { client: config, listener: await openListener(config, log) };
    } catch (error) {
      if (i < tries.length - 1 && refusesEncryption(error)) continue;
      throw new ChispaError(
        'database-unreachable',
        `PostgreSQL at ${place} ${answered(error) ? 'refused' : 'did not answer'}: ${messageOf(error)}. Check DATABASE_URL.`,
        { cause: error },
      );
    }
  }
  throw new Error('no way to connect was tried'); // every mode has one
}

/** The server has no TLS, or none for this user (28000: no entry in pg_hba.conf). */
const refusesEncryption = (error: unknown): boolean =>
  /does not support SSL/.test(messageOf(error)) || codeOf(error) === '28000';

/** Errors from the server carry a five-character SQLSTATE; errors from the socket have names. */
const answered = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(codeOf(error));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** How long to wait for a notification sent to oneself, which takes a millisecond. */
const ECHO_MS = 5000;

/**
 * A pooler in transaction mode hands notifications and locks to the next client of a connection, so jokes would be
 * lost. It is detected by what it cannot do: deliver a notification back to its listener.
 */
async function demandSession(pool: pg.Pool, listener: Listener, place: string): Promise<void> {
  const word = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ECHO_MS, false);
  });
  let hear = (_payload: string) => {};
  const echo = new Promise<boolean>((resolve) => {
    hear = (payload) => payload === word && resolve(true);
  });
  const stop = await listener.listen('chispa_echo', hear, () => {});
  await pool.query('select pg_notify($1, $2)', ['chispa_echo', word]);
  const heard = await Promise.race([echo, silence]).finally(() => clearTimeout(timer));
  if (!heard)
    throw new ChispaError(
      'database-pooled',
      `The server at ${place} is a pooler in transaction mode (PgBouncer, Supabase's port 6543, Neon's "-pooler" address). Notifications do not arrive through it, so jokes would be lost. Set DATABASE_URL to the server's direct address, or to a pooler in session mode.`,
    );
  await stop();
}

/** How long to wait while another process migrates the database. */
const MIGRATION_MINUTES = 5;

/**
 * `migrate()` races with itself across processes, so only one runs at a time. A transaction holds the lock, and the
 * server ends it when the process dies or freezes.
 */
async function bringUpToDate(config: ClientConfig, place: string): Promise<void> {
  const lock = new pg.Client(config);
  const work = new pg.Client(config);
  for (const client of [lock, work]) client.on('error', () => {}); // the next query reports it
  try {
    await lock.connect();
    await work.connect();
    await lock.query('begin');
    await lock.query(`set local lock_timeout = '${MIGRATION_MINUTES}min'`);
    await lock.query(`set local idle_in_transaction_session_timeout = '${MIGRATION_MINUTES}min'`);
    await lock.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle(work, { schema, casing: 'snake_case' }), { migrationsFolder });
    await lock.query('commit');
  } catch (error) {
    const busy = codeOf(error) === '55P03'; // lock_not_available
    throw new ChispaError(
      'migration-failed',
      `The database at ${place} could not be migrated: ${busy ? `another Chispa process has been migrating it for ${MIGRATION_MINUTES} minutes; stop that process` : messageOf(error)}`,
      { cause: error },
    );
  } finally {
    await Promise.allSettled([lock.end(), work.end()]);
  }
}
