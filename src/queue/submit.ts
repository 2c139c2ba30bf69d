import type { Store, Transaction } from '../db/connect.ts';
import { claimDailyJoke } from '../db/daily.ts';
import type { ChispaRequest, Day, NewRequest } from '../db/request-shape.ts';
import { insertRequest } from '../db/requests.ts';
import type { Queue } from './queue.ts';

/**
 * Writes a request and its job in one transaction, so that neither exists without the other.
 * @throws ChispaError `joke-not-found` or `joke-gone` when the joke to continue cannot be continued.
 */
export const submit = (
  { store, queue }: { store: Store; queue: Queue },
  request: NewRequest,
): Promise<ChispaRequest> => store.db.transaction((tx) => enqueueRequest(tx, queue, request));

/**
 * Requests a guild's joke of the day, once per local day (YYYY-MM-DD). The claim, the request and its job are one
 * transaction, so if a process dies in between, another one can still claim the day.
 * @returns undefined when the day's joke has already been requested.
 */
export const submitDailyJoke = (
  { store, queue }: { store: Store; queue: Queue },
  { day, request }: { day: string; request: NewRequest & { by: Day } },
): Promise<ChispaRequest | undefined> =>
  store.db.transaction(async (tx) =>
    (await claimDailyJoke(tx, request.by.guildId, day)) ? enqueueRequest(tx, queue, request) : undefined,
  );

async function enqueueRequest(tx: Transaction, queue: Queue, asked: NewRequest): Promise<ChispaRequest> {
  const request = await insertRequest(tx, asked);
  const { id, deadline, priority } = request;
  await queue.enqueue(tx, { requestId: id, deadline: deadline.getTime() }, { priority });
  return request;
}
