import { sql } from 'drizzle-orm';
import type { Database } from './connect.ts';

/** What processes tell each other through the database. The payload says which row. */
export type Channel =
  /** A starting process finds out whether notifications arrive; payload: its own word. */
  | 'chispa_echo'
  /** A job was enqueued; payload: the queue's name. */
  | 'chispa_jobs'
  /** A guild's settings changed; payload: the guild's id. */
  | 'chispa_settings'
  /** A request was closed; payload: `ClosedRequest` as JSON. */
  | 'chispa_requests'
  /** Another model version became active, or a trial began or ended; payload: the active one's id. */
  | 'chispa_models'
  /** Learning has something to announce (src/db/learning.ts); payload: empty. */
  | 'chispa_learning';

/** Tells every listening process, this one included, once the transaction commits. */
export async function notify(tx: Database, channel: Channel, payload: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${payload})`);
}
