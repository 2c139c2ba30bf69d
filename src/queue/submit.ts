import type { Store, Transaction } from '../db/connect.ts';
import { claimDailyJoke } from '../db/daily.ts';
import type { RepertoireJoke } from '../db/jokes.ts';
import { answerFromHouse, type HouseText } from '../db/repertoire.ts';
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
 * Writes a request and answers it at once with one of these jokes of the house. It is queued for the model, as by
 * `submit`, when none of them may be told; then `told` is undefined.
 */
export const tellOrSubmit = (
  { store, queue }: { store: Store; queue: Queue },
  asked: NewRequest,
  house: readonly HouseText[],
): Promise<{ request: ChispaRequest; told: RepertoireJoke | undefined }> =>
  store.db.transaction(async (tx) => {
    const request = await insertRequest(tx, asked);
    const told = await answerFromHouse(tx, request, house);
    if (!told) await enqueue(tx, queue, request);
    return { request, told };
  });

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
  await enqueue(tx, queue, request);
  return request;
}

const enqueue = (tx: Transaction, queue: Queue, { id, deadline, priority }: ChispaRequest) =>
  queue.enqueue(tx, { requestId: id, deadline: deadline.getTime() }, { priority });
