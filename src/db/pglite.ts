import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { lockByProcess } from '../lib/process-lock.ts';
import { lend } from './lent.ts';
import { migrationOf, migrationsFolder } from './migrations.ts';
import { closeToOthers, makePrivate } from './private-files.ts';
import * as schema from './schema.ts';
import type { Opened } from './store.ts';

/** Subfolder of the data folder where PGlite keeps its files. */
export const pgliteFolder = (dataDir: string): string => join(dataDir, 'db');

/**
 * The embedded database. One process uses it, holds the folder's lock until it closes or ends, and lends it to the
 * `chispa` commands of the same user (lent.ts). The data survives a killed process, but PGlite never calls fsync: a power
 * cut may lose the last few seconds.
 */
export async function openPglite(dataDir: string, log: Logger): Promise<Opened> {
  const folder = pgliteFolder(dataDir);
  makePrivate(dataDir);
  const unlock = await lock(folder);
  let pglite: PGlite | undefined;
  try {
    pglite = await open(folder);
    const db = drizzle(pglite, { schema, casing: 'snake_case' });
    await migrate(db, { migrationsFolder }).catch((error: unknown) => {
      throw new ChispaError(
        'migration-failed',
        `The database in ${folder} could not be migrated: ${messageOf(error)}`,
      );
    });
    closeToOthers(folder);
    const takeBack = await lend(pglite, dataDir, log);
    log.debug({ folder }, 'database open (PGlite)');
    return {
      kind: 'pglite',
      pglite,
      db,
      listen: listener(pglite),
      close: closer(pglite, folder, takeBack, unlock),
    };
  } catch (error) {
    await pglite?.close().catch(() => {}); // report the first error
    unlock();
    throw error;
  }
}

/** Two processes on one data folder would silently lose rows. */
const lock = (folder: string): Promise<() => void> =>
  lockByProcess(
    `${folder}.lock`,
    (holder) =>
      new ChispaError(
        'data-folder-in-use',
        `The database in ${folder} is in use by process ${holder}: stop that process, or set DATABASE_URL to a PostgreSQL server that several processes may share.`,
      ),
  );

/** Looks at an embedded database that nobody uses, without changing it. */
export async function inspectPglite(dataDir: string): Promise<{ migration: number }> {
  const folder = pgliteFolder(dataDir);
  const unlock = await lock(folder);
  try {
    const pglite = await open(folder);
    const migration = await migrationOf(drizzle(pglite, { schema }));
    await pglite.close();
    return { migration };
  } finally {
    unlock();
  }
}

/**
 * For an uncaught error, Node prints the source line that threw it, and PGlite's bundle is one line of 400 KB. So
 * errors that would reach our callers unwrapped are replaced by our own, without the original as their cause.
 * (Drizzle wraps the errors of queries.)
 */
async function open(folder: string): Promise<PGlite> {
  try {
    const pglite = await PGlite.create(folder);
    pglite.transaction = retelling(pglite.transaction.bind(pglite));
    return pglite;
  } catch (error) {
    throw new ChispaError(
      'database-unreachable',
      `The database in ${folder} could not be opened (${messageOf(error)}). Move the folder away to start with an empty one, or set DATABASE_URL.`,
    );
  }
}

function retelling(transaction: PGlite['transaction']): PGlite['transaction'] {
  return async (work) => {
    let ofWork: unknown;
    try {
      return await transaction(async (tx) => {
        try {
          return await work(tx);
        } catch (error) {
          ofWork = error;
          throw error;
        }
      });
    } catch (error) {
      if (error === ofWork) throw error;
      throw new ChispaError(
        'database-failed',
        `The database could not run a transaction: ${messageOf(error)}.`,
      );
    }
  };
}

const listener =
  (pglite: PGlite): Opened['listen'] =>
  async (channel, onPayload) => {
    const stop = await pglite.listen(channel, onPayload);
    return () => stop();
  };

function closer(
  pglite: PGlite,
  folder: string,
  takeBack: () => Promise<void>,
  unlock: () => void,
): Opened['close'] {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= takeBack()
      .then(() => pglite.close())
      .then(() => closeToOthers(folder)) // files created since
      .finally(unlock);
    return closing;
  };
}
