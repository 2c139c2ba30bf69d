import type { Store, Transaction } from '../db/connect.ts';
import { type ChispaRequest, insertRequest, type NewRequest } from '../db/requests.ts';
import type { Queue } from './queue.ts';

/**
 * Writes a request and its job in one transaction: either both are there or neither.
 * @throws ChispaError `joke-not-found` or `joke-gone` when the joke to continue cannot be continued.
 */
export const submit = (
  { store, queue }: { store: Store; queue: Queue },
  request: NewRequest,
): Promise<ChispaRequest> =>
  store.db.transaction(async (tx) => enqueueRequest(tx, queue, await insertRequest(tx, request)));

/** The job of a request that this transaction has written. */
export async function enqueueRequest(
  tx: Transaction,
  queue: Queue,
  request: ChispaRequest,
): Promise<ChispaRequest> {
  const { id, deadline, priority } = request;
  await queue.enqueue(tx, { requestId: id, deadline: deadline.getTime() }, { priority });
  return request;
}
