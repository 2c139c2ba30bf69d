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
  const done = (await tx.execute(sql`select created_at from drizzle.__drizzle_migrations`)) as unknown as {
    rows: { created_at: unknown }[];
  };
  const newest = Math.max(0, ...done.rows.map((row) => Number(row.created_at)));
  for (const { sql: statements, hash, folderMillis } of known) {
    if (folderMillis <= newest || folderMillis > last) continue;
    for (const statement of statements) await tx.execute(sql.raw(statement));
    await tx.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`,
    );
  }
}
