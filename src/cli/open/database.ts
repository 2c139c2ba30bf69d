import { loadConfig } from '../../config.ts';
import { connect, type Database } from '../../db/connect.ts';
import { createLog } from '../../lib/log.ts';

/** Opens the configured database while `use` runs. */
export async function withDatabase<T>(use: (db: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = loadConfig();
  const store = await connect({ databaseUrl, dataDir, log: createLog('warn') });
  try {
    return await use(store.db);
  } finally {
    await store.close();
  }
}
