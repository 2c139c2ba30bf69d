import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { ChispaError } from '../lib/errors.ts';
import { packageRoot } from '../lib/paths.ts';
import type { Database } from './store.ts';

/** The SQL that drizzle-kit wrote from schema.ts (`npm run db:generate`), in the package root. */
export const migrationsFolder = join(packageRoot, 'migrations');

/** When the newest migration was written, in ms: it identifies the schema that this version works with. */
export const newestMigration = (): number =>
  Math.max(...readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis));

/** When the newest migration that a database has was written, in ms; 0 for an empty database. */
export async function migrationOf(db: Database): Promise<number> {
  const known = (await db.execute(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as known`,
  )) as unknown as { rows: [{ known: boolean }] };
  if (!known.rows[0].known) return 0;
  const newest = (await db.execute(
    sql`select coalesce(max(created_at), 0)::float8 as newest from drizzle.__drizzle_migrations`,
  )) as unknown as { rows: [{ newest: number }] };
  return newest.rows[0].newest;
}

/**
 * Brings a database up to a migration, by default the newest: what Drizzle's `migrate` does, within the caller's
 * transaction.
 * @throws ChispaError `newer-version` when this version has no such migration
 */
export async function migrateUpTo(tx: Database, last = newestMigration()): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder });
  if (!known.some(({ folderMillis }) => folderMillis === last))
    throw new ChispaError(
      'newer-version',
      'This is from a newer version of Chispa: install that version, or a later one.',
    );
  const newest = await migrationOf(tx);
  for (const { sql: statements, hash, folderMillis } of known) {
    if (folderMillis <= newest || folderMillis > last) continue;
    for (const statement of statements) await tx.execute(sql.raw(statement));
    await tx.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`,
    );
  }
}
