import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg, { type ClientConfig } from 'pg';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type Address, readAddress } from './address.ts';
import { type Listener, openListener } from './listener.ts';
import { migrationsFolder } from './migrations.ts';
import { createPool } from './pool.ts';
import * as schema from './schema.ts';
import type { Store } from './store.ts';

/** Any number, as long as every Chispa process of a server agrees on it. */
const MIGRATION_LOCK = 0x63_68_69_73; // "chis"

/** A PostgreSQL server, shared by as many processes as wanted. */
export async function openPostgres(databaseUrl: string, log: Logger): Promise<Store> {
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

/** The first connection. Where encryption is only preferred, it shows whether the server has it. */
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
  throw new Error('there is always a way to try'); // every mode has one
}

/** No TLS there, or none for this user (28000: no entry of pg_hba.conf). */
const refusesEncryption = (error: unknown): boolean =>
  /does not support SSL/.test(messageOf(error)) || codeOf(error) === '28000';

/** Errors of the server carry a SQLSTATE of five characters; those of a socket have names. */
const answered = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(codeOf(error));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Patience with a notification to oneself, which takes a millisecond. */
const ECHO_MS = 5000;

/**
 * A pooler that lends a connection for one transaction at a time gives notifications and locks to whoever comes next:
 * jokes would be lost. It is told by what it cannot do, carrying a notification back to who listens.
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
      `What answers at ${place} lends connections for one transaction at a time (PgBouncer, Supabase's port 6543, Neon's "-pooler" address): notifications do not arrive over it, and jokes would be lost. Chispa needs the server's direct address, or a pooler in session mode, in DATABASE_URL.`,
    );
  await stop();
}

/** How long another process may take to bring the database up to date. */
const MIGRATION_MINUTES = 5;

/**
 * `migrate()` races with itself in other processes: one at a time. The lock is held by a transaction, which the server
 * ends when its process is gone or frozen.
 */
async function bringUpToDate(config: ClientConfig, place: string): Promise<void> {
  const lock = new pg.Client(config);
  const work = new pg.Client(config);
  for (const client of [lock, work]) client.on('error', () => {}); // the next query says it
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
      `The database at ${place} could not be brought up to date: ${busy ? `another Chispa has been at it for ${MIGRATION_MINUTES} minutes; end that process` : messageOf(error)}`,
      { cause: error },
    );
  } finally {
    await Promise.allSettled([lock.end(), work.end()]);
  }
}
