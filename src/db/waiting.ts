import { setTimeout as delay } from 'node:timers/promises';
import { and, asc, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { requests } from './schema.ts';

/** The ids of the queued requests in the order in which they will run. The first has position 1. */
export async function queuedRequests(db: Database): Promise<string[]> {
  const rows = await db
    .select({ id: requests.id })
    .from(requests)
    .where(eq(requests.status, 'queued'))
    .orderBy(desc(requests.priority), asc(requests.createdAt), asc(requests.id));
  return rows.map(({ id }) => id);
}

/** How many requests no generator has taken yet. */
export const countQueued = (db: Database): Promise<number> =>
  db.$count(requests, eq(requests.status, 'queued'));

/** By then an edit that got no response has either landed or never will. */
const HOLD_SECONDS = 5;
const LOOK_MS = 100;

/**
 * Claims the replies of those requests that are still queued, so that a waiting notice can be written into them. A
 * generator that takes up one of these requests waits until the reply is free (`replyIsFree`), so that no notice
 * overwrites its joke.
 * @returns the requests whose replies were claimed.
 */
export async function holdReplies(db: Database, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const held = await db
    .update(requests)
    .set({ replyHeldUntil: sql`now() + make_interval(secs => ${HOLD_SECONDS})` })
    .where(and(inArray(requests.id, ids), eq(requests.status, 'queued')))
    .returning({ id: requests.id });
  return held.map(({ id }) => id);
}

/** Releases a reply once Discord has responded to the edit. A reply that is never released becomes free by itself. */
export async function releaseReply(db: Database, id: string): Promise<void> {
  await db.update(requests).set({ replyHeldUntil: null }).where(eq(requests.id, id));
}

/**
 * Resolves once nobody is writing a waiting notice into a request's reply. Call it for requests that are no longer
 * queued.
 */
export async function replyIsFree(db: Database, id: string, signal?: AbortSignal): Promise<void> {
  const isHeld = and(eq(requests.id, id), sql`${requests.replyHeldUntil} > now()`);
  while ((await db.$count(requests, isHeld)) > 0) await delay(LOOK_MS, undefined, { signal });
}

const RECENT = 20;

/** Median time in milliseconds from start to end of the last 20 jokes, for estimates. Null before the first joke. */
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
