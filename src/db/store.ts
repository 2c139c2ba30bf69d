import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import type { Pool } from 'pg';
import type * as schema from './schema.ts';

/** What processes tell each other through the database. The payload says which row. */
export type Channel =
  /** A starting process finds out whether notifications arrive; payload: its own word. */
  | 'chispa_echo'
  /** A job was enqueued; payload: the queue's name. */
  | 'chispa_jobs'
  /** A guild's settings changed; payload: the guild's id. */
  | 'chispa_settings'
  /** A request was closed; payload: `ClosedRequest` as JSON. */
  | 'chispa_requests'
  /** Another model version became active, or a trial began or ended; payload: the active one's id. */
  | 'chispa_models'
  /** Learning has something to announce (src/db/learning.ts); payload: empty. */
  | 'chispa_learning';

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
    onGap: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** An open, migrated database. */
export type Store =
  | (StoreCommon & { kind: 'pglite'; pglite: PGlite })
  | (StoreCommon & { kind: 'postgres'; pool: Pool });
