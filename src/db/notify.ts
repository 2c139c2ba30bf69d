import { type SQL, sql } from 'drizzle-orm';
import type { Channel, Database } from './store.ts';

/** Notifies every listening process, including this one, once the transaction commits. */
export async function notify(tx: Database, channel: Channel, payload: string): Promise<void> {
  await tx.execute(sql`select ${notifying(channel, sql`${payload}`)}`);
}

/** The same as a part of a query. */
export const notifying = (channel: Channel, payload: SQL): SQL => sql`pg_notify(${channel}, ${payload})`;
