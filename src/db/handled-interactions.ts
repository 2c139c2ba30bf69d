import { and, eq, exists, gt, inArray, ne, notExists, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { handledInteractions, OPEN_STATUSES, requests, tokenLeases } from './schema.ts';

export type HandledInteraction = typeof handledInteractions.$inferSelect;

/** Remembers an interaction while it is handled. Again for the same one, nothing changes. */
export async function beginHandling(db: Database, interaction: HandledInteraction): Promise<void> {
  await db.insert(handledInteractions).values(interaction).onConflictDoNothing();
}

export async function endHandling(db: Database, interactionId: string): Promise<void> {
  await db.delete(handledInteractions).where(eq(handledInteractions.interactionId, interactionId));
}

/**
 * Takes the interactions of an application that other processes, which are gone, left unfinished, so that no other
 * process answers them too. Those that became a request still open are dropped: its generator answers them.
 */
export const takeAbandoned = (
  db: Database,
  { applicationId, owner }: { applicationId: string; owner: string },
): Promise<HandledInteraction[]> =>
  db.transaction(async (tx) => {
    // Where shards are dealt, others are at work.
    const alive = tx
      .select({ owner: tokenLeases.owner })
      .from(tokenLeases)
      .where(and(eq(tokenLeases.owner, handledInteractions.owner), gt(tokenLeases.until, sql`now()`)));
    const others = and(
      eq(handledInteractions.applicationId, applicationId),
      ne(handledInteractions.owner, owner),
      notExists(alive),
    );
    const queued = tx
      .select({ id: requests.id })
      .from(requests)
      .where(
        and(
          eq(requests.interactionId, handledInteractions.interactionId),
          inArray(requests.status, [...OPEN_STATUSES]),
        ),
      );
    await tx.delete(handledInteractions).where(and(others, exists(queued)));
    return tx.delete(handledInteractions).where(others).returning();
  });
