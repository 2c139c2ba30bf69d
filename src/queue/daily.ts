import type { Store } from '../db/connect.ts';
import { claimDailyJoke } from '../db/daily.ts';
import { type ChispaRequest, insertRequest, type NewRequest } from '../db/requests.ts';
import type { Queue } from './queue.ts';
import { enqueueRequest } from './submit.ts';

/**
 * Asks for a guild's joke of the day, once a local day: the claim, the request and its job are one transaction, so
 * a process that dies in between leaves the day to another.
 * @returns undefined when the day's joke has been asked for already.
 */
export async function submitDailyJoke(
  { store, queue }: { store: Store; queue: Queue },
  { day, request }: { day: string; request: Omit<NewRequest, 'interaction'> & { guildId: string } },
): Promise<ChispaRequest | undefined> {
  return store.db.transaction(async (tx) => {
    if (!(await claimDailyJoke(tx, request.guildId, day))) return undefined;
    return enqueueRequest(tx, queue, await insertRequest(tx, request));
  });
}
