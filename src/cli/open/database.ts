import { type Config, loadConfig } from '../../config.ts';
import { connect, type Database } from '../../db/connect.ts';
import { type Borrowed, borrow } from '../../db/lent.ts';
import { createLog } from '../../lib/log.ts';

/** Opens the configured database while `use` runs. */
export async function withDatabase<T>(use: (db: Database) => Promise<T>): Promise<T> {
  const { db, close } = await openDatabase(loadConfig());
  try {
    return await use(db);
  } finally {
    await close();
  }
}

/** The configured database. An embedded one that a running bot holds is borrowed from it. */
export async function openDatabase({ databaseUrl, dataDir }: Config): Promise<Borrowed> {
  const borrowed = databaseUrl ? undefined : await borrow(dataDir);
  return borrowed ?? connect({ databaseUrl, dataDir, log: createLog('warn') });
}
