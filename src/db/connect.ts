import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import type { Pool } from 'pg';
import type { Logger } from '../lib/log.ts';
import type { Channel } from './notify.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type * as schema from './schema.ts';

/** A Drizzle handle over either driver. A transaction is one too, so every query runs inside one as well. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Only inside `db.transaction`: for what must not be half done. */
export type Transaction = PgTransaction<
  PgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

interface StoreCommon {
  db: Database;
  /**
   * Calls back with the payload of every committed `notify(tx, channel, payload)` of any process. `onGap` is called
   * when the connection was lost and is back: what was told in between was missed, so read it again.
   */
  listen(
    channel: Channel,
    onPayload: (payload: string) => void,
    onGap?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** An open, migrated database. */
export type Store =
  | (StoreCommon & { kind: 'pglite'; pglite: PGlite })
  | (StoreCommon & { kind: 'postgres'; pool: Pool });

export interface ConnectOptions {
  /** A PostgreSQL server, which several processes may share. Without one: PGlite in `dataDir`, one process. */
  databaseUrl?: string | undefined;
  dataDir: string;
  log: Logger;
}

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws ChispaError `data-folder-in-use` when another process holds the PGlite folder, `database-unreachable`
 * when it cannot be opened, `database-pooled` when there is a pooler before it that keeps no session, `migration-failed` when the schema cannot be brought up to date.
 */
export const connect = ({ databaseUrl, dataDir, log }: ConnectOptions): Promise<Store> =>
  databaseUrl ? openPostgres(databaseUrl, log) : openPglite(dataDir, log);
