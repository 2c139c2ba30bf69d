import type { Store, Transaction } from '../db/connect.ts';
import { claimDaily } from '../db/daily.ts';
import type { RepertoireJoke } from '../db/jokes.ts';
import { drawHouseJoke, type HouseText } from '../db/repertoire.ts';
import type { ChispaRequest, Day, NewRequest, RequestOf } from '../db/request-shape.ts';
import { insertRequest } from '../db/requests.ts';
import { ChispaError } from '../lib/errors.ts';
import type { Queue } from './queue.ts';

/**
 * Writes a request and its job in one transaction, so that neither exists without the other.
 * @throws ChispaError `joke-not-found` or `joke-gone` when the joke to continue cannot be continued.
 */
export const submit = (
  { store, queue }: { store: Store; queue: Queue },
  request: NewRequest,
): Promise<ChispaRequest> => store.db.transaction((tx) => enqueueRequest(tx, queue, request));

/** A house joke drawn for a request, to be shown (`showHouseJoke`). */
export interface HouseAnswer {
  request: RequestOf<'joke'>;
  joke: RepertoireJoke;
}

/** What becomes of a request: a house joke to show, or a job for a generator. */
export type Submitted = HouseAnswer | { request: ChispaRequest; joke: undefined };

/**
 * Writes a request and draws one of these house jokes for it. Where none of them may be told, the request is queued for
 * the model, as by `submit`.
 * @throws ChispaError `no-house-joke` instead, with `houseOnly`; nothing is written then.
 */
export const drawOrSubmit = (
  { store, queue }: { store: Store; queue: Queue },
  asked: NewRequest,
  house: readonly HouseText[],
  { houseOnly = false } = {},
): Promise<Submitted> => store.db.transaction((tx) => drawOrEnqueue(tx, queue, asked, house, houseOnly));

/**
 * Requests a guild's joke of the day, once per local day (YYYY-MM-DD), and draws one of the given house jokes, if any,
 * for it. The claim and all of this are one transaction, so if a process dies in between, another one can still claim
 * the day.
 * @returns undefined when the day's joke has already been requested.
 */
export const submitDailyJoke = (
  { store, queue }: { store: Store; queue: Queue },
  {
    day,
    request,
    house = [],
  }: { day: string; request: NewRequest & { by: Day }; house?: readonly HouseText[] },
): Promise<Submitted | undefined> =>
  store.db.transaction(async (tx) =>
    (await claimDaily(tx, 'joke', request.by.guildId, day))
      ? drawOrEnqueue(tx, queue, request, house, false)
      : undefined,
  );

/**
 * Requests a guild's duel of the day, once per local day (YYYY-MM-DD).
 * @returns undefined when the day's duel has already been requested.
 */
export const submitDailyDuel = (
  { store, queue }: { store: Store; queue: Queue },
  { day, request }: { day: string; request: NewRequest & { by: Day } },
): Promise<ChispaRequest | undefined> =>
  store.db.transaction(async (tx) =>
    (await claimDaily(tx, 'duel', request.by.guildId, day)) ? enqueueRequest(tx, queue, request) : undefined,
  );

async function drawOrEnqueue(
  tx: Transaction,
  queue: Queue,
  asked: NewRequest,
  house: readonly HouseText[],
  houseOnly: boolean,
): Promise<Submitted> {
  const request = await insertRequest(tx, asked);
  const joke = request.kind === 'joke' ? await drawHouseJoke(tx, request, house) : undefined;
  if (joke && request.kind === 'joke') return { request, joke };
  if (houseOnly) throw new ChispaError('no-house-joke', 'Every such house joke is hidden or deleted here.');
  await enqueue(tx, queue, request);
  return { request, joke: undefined };
}

async function enqueueRequest(tx: Transaction, queue: Queue, asked: NewRequest): Promise<ChispaRequest> {
  const request = await insertRequest(tx, asked);
  await enqueue(tx, queue, request);
  return request;
}

const enqueue = (tx: Transaction, queue: Queue, { id, deadline, priority }: ChispaRequest) =>
  queue.enqueue(tx, { requestId: id, deadline: deadline.getTime() }, { priority });
