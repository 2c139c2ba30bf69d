import { rmSync } from 'node:fs';
import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import * as schema from '../../src/db/schema.ts';
import {
  dropDatabase,
  freshDatabase,
  freshDataDir,
  postgresName,
  silent,
  skipPostgres,
} from '../databases.ts';

export interface TestBackend {
  store: Store;
  /** The argument of `connect`, for opening the same database again (on PGlite, after closing `store`). */
  where: { databaseUrl?: string; dataDir: string };
}

/**
 * Runs the same tests on PGlite and, if a server answers, on PostgreSQL; every test starts with empty tables. Without a
 * server, the PostgreSQL half is reported as skipped, or fails if CI=true promises a server.
 */
export function onEachBackend(suite: (backend: () => TestBackend) => void): void {
  describe('on PGlite', () => {
    withBackend(() => ({ dataDir: freshDataDir() }), suite);
  });
  onPostgres(suite);
}

/**
 * Runs long tests, such as trainings, on one of them: PostgreSQL if a server answers, else PGlite. The queries behind them
 * are tested on both in test/db.
 */
export function onOneBackend(suite: (backend: () => TestBackend) => void): void {
  if (!skipPostgres) onPostgres(suite);
  else
    describe('on PGlite', () => {
      withBackend(() => ({ dataDir: freshDataDir() }), suite);
    });
}

/** Runs tests on PostgreSQL only: those with several processes at once. */
export function onPostgres(suite: (backend: () => TestBackend) => void): void {
  describe.skipIf(skipPostgres)(`on ${postgresName}`, () => {
    withBackend(async () => ({ databaseUrl: await freshDatabase(), dataDir: freshDataDir() }), suite);
  });
}

function withBackend(
  make: () => TestBackend['where'] | Promise<TestBackend['where']>,
  suite: (backend: () => TestBackend) => void,
): void {
  let backend: TestBackend | undefined;
  const opened = (): TestBackend => {
    if (!backend) throw new Error('the test database could not be opened');
    return backend;
  };
  beforeAll(async () => {
    const where = await make();
    backend = { where, store: await connect({ ...where, log: silent }) };
  });
  beforeEach(() => emptyTables(opened().store));
  afterAll(async () => {
    if (!backend) return; // beforeAll has reported why
    await backend.store.close();
    if (backend.where.databaseUrl) await dropDatabase(backend.where.databaseUrl);
    rmSync(backend.where.dataDir, { recursive: true, force: true });
  });
  suite(opened);
}

async function emptyTables({ db }: Store): Promise<void> {
  const deletions = Object.values(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => `delete from "${getTableName(table)}";`);
  // Foreign keys are disabled, so the order does not matter; for small tables this is many times faster than TRUNCATE.
  await db.execute(
    sql.raw(`do $$ begin
      set local session_replication_role = replica;
      ${deletions.join('\n')}
      if to_regclass('pgboss.job') is not null then delete from pgboss.job; end if;
    end $$`),
  );
}

/** Opens every connection of the pool, so that a test's concurrent queries really run at the same time. */
export async function warmUp({ db }: Store): Promise<void> {
  await Promise.all(Array.from({ length: 10 }, () => db.execute(sql`select pg_sleep(0.05)`)));
}
