import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Database, Transaction } from './connect.ts';
import { isAnyGeneratorAlive } from './generators.ts';
import { migrateUpTo, migrationOf } from './migrations.ts';
import * as schema from './schema.ts';

// All rows as text, the same for PGlite and PostgreSQL: what one wrote, the other reads.

/** What only concerns running processes: a copy of it would be wrong at once. */
const FLEETING = ['token_leases', 'handled_interactions', 'generators'];
const TABLES: readonly string[] = Object.values(schema)
  .filter((value) => is(value, PgTable))
  .map((table) => getTableName(table));

/** Rows of one table: each a JSON object by column, as PostgreSQL writes it. */
export interface DumpedRows {
  table: string;
  rows: string[];
}

export interface Dump {
  /** When the newest migration of the dumped database was written, in ms. */
  migration: number;
  /** The last value of each sequence that was used. */
  sequences: Record<string, string>;
}

const AT_ONCE = 500;

/**
 * Hands out the rows of one moment, at most 500 at a time, without the tokens for answering on Discord.
 * @param begin is called before the first rows
 */
export async function dumpRows(
  db: Database,
  begin: (dump: Dump) => Promise<void>,
  write: (rows: DumpedRows) => Promise<void>,
): Promise<void> {
  const snapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;
  await db.transaction(async (tx) => {
    const sequences = await rowsOf(
      tx,
      sql`select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public' and last_value is not null`,
      z.object({ name: z.string(), value: z.string() }),
    );
    await begin({
      migration: await migrationOf(tx),
      sequences: Object.fromEntries(sequences.map(({ name, value }) => [name, value])),
    });
    for (const table of await existingTables(tx)) {
      if (FLEETING.includes(table)) continue;
      const from = sql.identifier(table);
      const row =
        table === 'requests'
          ? sql`(to_jsonb(r) || '{"interaction_token": null}')::text`
          : sql`row_to_json(r)::text`;
      await tx.execute(sql`declare dumped no scroll cursor for select ${row} as row from ${from} r`);
      const next = () => rowsOf(tx, sql.raw(`fetch ${AT_ONCE} from dumped`), z.object({ row: z.string() }));
      for (let rows = await next(); rows.length > 0; rows = await next())
        await write({ table, rows: rows.map(({ row }) => row) });
      await tx.execute(sql`close dumped`);
    }
  }, snapshot);
}

/** Whether nothing has been stored in the database yet, besides the model it started with. */
export async function isEmpty(db: Database): Promise<boolean> {
  for (const table of await existingTables(db)) {
    if (FLEETING.includes(table) || table === 'model_versions') continue;
    const found = await rowsOf(db, sql`select 1 as one from ${sql.identifier(table)} limit 1`, z.unknown());
    if (found.length > 0) return false;
  }
  return true;
}

/** Whether a bot or a generator works on the database. */
export const isInUse = async (db: Database): Promise<boolean> =>
  (await db.$count(schema.tokenLeases, sql`${schema.tokenLeases.until} > now()`)) > 0 ||
  isAnyGeneratorAlive(db);

/**
 * Replaces everything in the database by dumped rows: their schema is built anew, filled, and brought up to date.
 * @throws ChispaError `newer-version` when the rows come from a schema that this version does not know
 */
export async function refill(
  tx: Transaction,
  { migration, sequences }: Dump,
  dumped: AsyncIterable<DumpedRows>,
): Promise<void> {
  for (const table of await existingTables(tx))
    await tx.execute(sql`drop table ${sql.identifier(table)} cascade`);
  await tx.execute(sql`drop sequence if exists turns`);
  await tx.execute(sql`delete from drizzle.__drizzle_migrations`);
  await tx.execute(
    sql`do $$ begin if to_regclass('pgboss.job') is not null then delete from pgboss.job; end if; end $$`,
  );
  await migrateUpTo(tx, migration);
  // Rows refer to one another in circles.
  const references = await rowsOf(
    tx,
    sql`select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
    z.object({ table: z.string(), name: z.string(), definition: z.string() }),
  );
  for (const { table, name } of references)
    await tx.execute(sql.raw(`alter table ${table} drop constraint ${name}`));
  for await (const { table, rows } of dumped) {
    const columns = sql.join(
      Object.keys(JSON.parse(rows[0] ?? '{}')).map((name) => sql.identifier(name)),
      sql`, `,
    );
    const into = sql.identifier(table);
    await tx.execute(
      sql`insert into ${into} (${columns}) select ${columns} from json_populate_recordset(null::${into}, ${`[${rows.join(',')}]`}::json)`,
    );
  }
  for (const { table, name, definition } of references)
    await tx.execute(sql.raw(`alter table ${table} add constraint ${name} ${definition}`));
  for (const [name, value] of Object.entries(sequences))
    await tx.execute(sql`select setval(${name}::regclass, ${value}::bigint)`);
  await migrateUpTo(tx);
}

async function existingTables(db: Database): Promise<string[]> {
  const found = await rowsOf(
    db,
    sql`select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
    z.object({ name: z.string() }),
  );
  return found.map(({ name }) => name).filter((name) => TABLES.includes(name));
}

/** Both drivers return this shape, but the handle that covers both has no common result type. */
async function rowsOf<T>(db: Database, query: ReturnType<typeof sql>, row: z.ZodType<T>): Promise<T[]> {
  const { rows } = (await db.execute(query)) as unknown as { rows: unknown[] };
  return z.array(row).parse(rows);
}
