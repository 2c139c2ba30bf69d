import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import type { Pool } from 'pg';
import type * as schema from './schema.ts';

/** Channels that processes use to notify each other through the database. The payload identifies the row. */
export type Channel =
  /** A starting process checks whether notifications arrive; payload: a word of its own. */
  | 'chispa_echo'
  /** A job was enqueued; payload: the queue's name. */
  | 'chispa_jobs'
  /** A guild's settings changed; payload: the guild's id. */
  | 'chispa_settings'
  /** A guild shut somebody out, or let them in again; payload: empty. */
  | 'chispa_blocks'
  /** A request was closed; payload: `ClosedRequest` as JSON. */
  | 'chispa_requests'
  /** Another model version became active, or a trial began or ended; payload: the active one's id. */
  | 'chispa_models'
  /** Learning has something to announce (src/db/learning.ts); payload: empty. */
  | 'chispa_learning';

/** A Drizzle handle over either driver. A transaction is one too, so every query also works inside a transaction. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** A handle that exists only inside `db.transaction`, for changes that must be all or nothing. */
export type Transaction = PgTransaction<
  PgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

interface OpenedCommon {
  db: Database;
  /**
   * Calls back with the payload of every committed `notify(tx, channel, payload)` from any process. `onGap` is called
   * when the connection was lost and is back: notifications in between were missed, so read the state again.
   */
  listen(
    channel: Channel,
    onPayload: (payload: string) => void,
    onGap: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** An open, migrated database. */
export type Opened =
  | (OpenedCommon & { kind: 'pglite'; pglite: PGlite })
  | (OpenedCommon & { kind: 'postgres'; pool: Pool });
