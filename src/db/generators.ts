import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { type GeneratorReport, generators } from './schema.ts';

/** How often a generator gives a sign of life. */
export const SIGN_OF_LIFE_MS = 5000;
/** A generator that has given none for this long is presumed dead. */
const SILENCE = sql`now() - interval '30 seconds'`;

/**
 * Records that a generator with this id is at work, and what it reports; without a report, the former one stays. Signs of
 * life of dead ones are removed.
 */
export async function generatorIsAlive(db: Database, id: string, report?: GeneratorReport): Promise<void> {
  await db
    .insert(generators)
    .values({ id, report })
    .onConflictDoUpdate({
      target: generators.id,
      set: { aliveAt: sql`now()`, ...(report && { report }) },
    });
  await db.delete(generators).where(lt(generators.aliveAt, SILENCE));
}

/** Records that a generator has stopped. */
export async function generatorHasStopped(db: Database, id: string): Promise<void> {
  await db.delete(generators).where(eq(generators.id, id));
}

/** Whether any generator is at work, other than one that stops, so that a queued request will be answered. */
export async function isAnyGeneratorAlive(
  db: Database | Transaction,
  { otherThan }: { otherThan?: string } = {},
): Promise<boolean> {
  const other = otherThan === undefined ? undefined : ne(generators.id, otherThan);
  return (await db.$count(generators, and(sql`${generators.aliveAt} >= ${SILENCE}`, other))) > 0;
}

/** A generator's last report, and how many seconds ago it gave its last sign of life. */
export type GeneratorAtWork = GeneratorReport & { silentSeconds: number };

/** The generators at work, by host and process; null for one of an older version. */
export async function generatorsAtWork(db: Database): Promise<(GeneratorAtWork | null)[]> {
  const { report, aliveAt } = generators;
  const rows = await db
    .select({ report, silentSeconds: sql<number>`extract(epoch from now() - ${aliveAt})::int` })
    .from(generators)
    .where(sql`${aliveAt} >= ${SILENCE}`)
    .orderBy(sql`${report} ->> 'host'`, sql`(${report} ->> 'pid')::int`);
  return rows.map(({ report, silentSeconds }) => report && { ...report, silentSeconds });
}

/** How many requests the generators at work can work on at once; one that has not said it counts as `assumed`. */
export async function slotsAtWork(db: Database, assumed: number): Promise<number> {
  const slots = sql`coalesce((${generators.report} ->> 'slots')::int, ${assumed})`;
  const [row] = await db
    .select({ slots: sql<number>`coalesce(sum(${slots}), 0)::int` })
    .from(generators)
    .where(sql`${generators.aliveAt} >= ${SILENCE}`);
  return row?.slots ?? 0;
}
