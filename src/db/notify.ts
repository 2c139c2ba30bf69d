import { sql } from 'drizzle-orm';
import type { Channel, Database } from './store.ts';

/** Notifies every listening process, including this one, once the transaction commits. */
export async function notify(tx: Database, channel: Channel, payload: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${payload})`);
}
