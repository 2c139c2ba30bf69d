import { sql } from 'drizzle-orm';
import type { Database } from './connect.ts';

/** How many milliseconds the database's clock is ahead of this machine's, accurate to the duration of one query. */
export async function clockOffset(db: Database): Promise<number> {
  const before = Date.now();
  // Both drivers return this shape, but the handle that covers both has no common result type.
  const { rows } = (await db.execute(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  )) as unknown as { rows: { now: number }[] };
  const middle = (before + Date.now()) / 2;
  return (rows[0]?.now ?? middle) - middle;
}
