import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { requests } from './schema.ts';

/** The ids of the queued requests in the order in which they will run: the first has position 1. */
export async function queuedRequests(db: Database): Promise<string[]> {
  const rows = await db
    .select({ id: requests.id })
    .from(requests)
    .where(eq(requests.status, 'queued'))
    .orderBy(desc(requests.priority), asc(requests.createdAt), asc(requests.id));
  return rows.map(({ id }) => id);
}

/** How many queued requests run before this one, plus 1; undefined once it is no longer queued. */
export async function queuePosition(db: Database, id: string): Promise<number | undefined> {
  const position = (await queuedRequests(db)).indexOf(id);
  return position === -1 ? undefined : position + 1;
}

const RECENT = 20;

/** Median milliseconds that the last 20 jokes took from being started to being done, for estimates; null before the first. */
export async function recentDuration(db: Database): Promise<number | null> {
  const recent = db
    .select({ totalMs: requests.totalMs })
    .from(requests)
    .where(and(eq(requests.status, 'done'), isNotNull(requests.totalMs)))
    .orderBy(desc(requests.finishedAt))
    .limit(RECENT)
    .as('recent');
  const [row] = await db
    .select({ median: sql<number | null>`percentile_cont(0.5) within group (order by ${recent.totalMs})` })
    .from(recent);
  return row?.median ?? null;
}
