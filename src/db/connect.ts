import type { Logger } from '../lib/log.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { Store } from './store.ts';

export type { Database, Store, Transaction } from './store.ts';

export interface ConnectOptions {
  /** A PostgreSQL server, which several processes may share. Without one, PGlite in `dataDir`, for one process. */
  databaseUrl?: string | undefined;
  dataDir: string;
  log: Logger;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws ChispaError `data-folder-in-use` when another process
 * holds the PGlite folder, `database-unreachable` when it cannot be opened, `database-pooled` when it is behind a
 * pooler in transaction mode, `migration-failed` when the schema cannot be brought up to date.
 */
export const connect = ({ databaseUrl, dataDir, log }: ConnectOptions): Promise<Store> =>
  databaseUrl ? openPostgres(databaseUrl, log) : openPglite(dataDir, log);
