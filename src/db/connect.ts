import type { Logger } from '../lib/log.ts';
import { type Clock, startClock } from './clock.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { Opened } from './store.ts';

export type { Database, Transaction } from './store.ts';

/** An open, migrated database, and its clock. */
export type Store = Opened & { clock: Clock };

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
export async function connect({ databaseUrl, dataDir, log }: ConnectOptions): Promise<Store> {
  const opened = await (databaseUrl ? openPostgres(databaseUrl, log) : openPglite(dataDir, log));
  const clock = await startClock(opened.db, log);
  return {
    ...opened,
    clock,
    async close() {
      await clock.stop();
      await opened.close();
    },
  };
}
