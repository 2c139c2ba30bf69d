import { sql } from 'drizzle-orm';
import type { Database } from './connect.ts';

/** How many milliseconds the database's clock is ahead of this machine's, to the length of a query. */
export async function clockOffset(db: Database): Promise<number> {
  const before = Date.now();
  // Both drivers answer so; a handle for either has no one type of result.
  const { rows } = (await db.execute(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  )) as unknown as { rows: { now: number }[] };
  const middle = (before + Date.now()) / 2;
  return (rows[0]?.now ?? middle) - middle;
}
