import { setTimeout as delay } from 'node:timers/promises';
import { and, asc, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
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

/** An edit whose answer never came has landed by then, or never will. */
const HOLD_SECONDS = 5;
const LOOK_MS = 100;

/**
 * Takes the replies of those of the requests that are still queued, to say something about waiting in them. A generator
 * that takes such a request up waits for the reply (`replyIsFree`), so that nothing lands on its joke.
 * @returns the requests whose replies were taken.
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

/** Gives a reply back once Discord has answered the edit. One that is never given back frees itself. */
export async function releaseReply(db: Database, id: string): Promise<void> {
  await db.update(requests).set({ replyHeldUntil: null }).where(eq(requests.id, id));
}

/** Resolves once nobody writes about waiting into a request's reply any more; for one that is not queued any more. */
export async function replyIsFree(db: Database, id: string, signal?: AbortSignal): Promise<void> {
  const isHeld = and(eq(requests.id, id), sql`${requests.replyHeldUntil} > now()`);
  while ((await db.$count(requests, isHeld)) > 0) await delay(LOOK_MS, undefined, { signal });
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
