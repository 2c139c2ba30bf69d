import { z } from 'zod';
import type { Store } from '../db/connect.ts';
import { SIGN_OF_LIFE_MS, slotsAtWork } from '../db/generators.ts';
import { type OwnerOfRequest, openOwners } from '../db/requests.ts';
import { recentDuration } from '../db/waiting.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/** How long a joke of 128 tokens takes on a small server: the estimate until one has been measured. */
export const FIRST_GUESS_MS = 3000;
/** People who wait less than this are not told. */
const WORTH_TELLING_MS = 2000;
/** Weight of the newest joke in the moving average of how long one takes. */
const NEWEST = 0.2;

/** What somebody who has to wait is told about their turn. */
export interface Wait {
  /** Place in the queue; 1 is next. */
  position: number;
  /** When their turn should come, in seconds since the epoch. */
  readyAt: number;
}

/**
 * The open requests, in memory: this process's own, and all that were in the database when it was last read. It is
 * notified of each one closed in any process, and reads again every few seconds, to learn of other processes' requests
 * and generators, and if it may have missed some.
 */
export interface OpenRequests {
  /** How many requests a user or guild has open, and when the first should be answered (seconds since the epoch). */
  of(whose: Partial<OwnerOfRequest>): { count: number; firstReadyAt: number };
  /** Whether the request of an interaction is open. */
  has(key: string): boolean;
  /** How many jokes are written at once, by all generators. */
  slots(): number;
  /** How long the next request of a user or guild would wait for its turn, in milliseconds; at most 0 if it would not. */
  waitOf(asker: Pick<OwnerOfRequest, 'userId' | 'guildId'>): number;
  /** Counts a request that is about to be written. Returns what to tell the person if it has to wait. */
  begin(request: OwnerOfRequest): Wait | undefined;
  /** Call once the request is in the database. */
  written(key: string): void;
  /** Stops counting it. */
  end(key: string): void;
  close(): Promise<void>;
}

export interface OpenRequestsOptions {
  /** How many jokes a generator writes at once that has not said it, and all together while there is none. */
  slots: number;
  log: Logger;
  /** Default: the database's clock. */
  now?: () => number;
  /** Milliseconds between two looks at the database. Default: as often as generators give signs of life. */
  refreshMs?: number;
}

const closedRequest = z.object({ key: z.string(), totalMs: z.number().nullable() });

interface Open extends OwnerOfRequest {
  /** When it should be answered, in milliseconds since the epoch. */
  readyAt: number;
  written: boolean;
}

export async function createOpenRequests(
  store: Store,
  { slots: assumed, log, now = store.clock.now, refreshMs = SIGN_OF_LIFE_MS }: OpenRequestsOptions,
): Promise<OpenRequests> {
  const open = new Map<string, Open>();
  /** Requests that were closed while the database was being read. */
  let closedMeanwhile = new Set<string>();
  let duration = (await recentDuration(store.db)) ?? FIRST_GUESS_MS;
  let slots = assumed;
  const seconds = (at: number) => Math.ceil(at / 1000);

  const add = (request: OwnerOfRequest, written: boolean) => {
    const readyAt = now() + Math.ceil((open.size + 1) / slots) * duration;
    open.set(request.key, { ...request, readyAt, written });
  };

  async function read(): Promise<void> {
    const before = [...open.values()].filter(({ written }) => written);
    closedMeanwhile = new Set();
    const [rows, atWork] = await Promise.all([openOwners(store.db), slotsAtWork(store.db, assumed)]);
    slots = atWork || assumed;
    const keys = new Set(rows.map(({ key }) => key));
    for (const { key } of before) if (!keys.has(key)) open.delete(key);
    for (const row of rows) if (!open.has(row.key) && !closedMeanwhile.has(row.key)) add(row, true);
  }

  let refreshing = false;
  async function refresh(): Promise<void> {
    refreshing = true;
    await read().catch((error) => log.warn({ error: messageOf(error) }, 'could not read the open requests'));
    refreshing = false;
  }

  const unlisten = await store.listen(
    'chispa_requests',
    (payload) => {
      const { key, totalMs } = closedRequest.parse(JSON.parse(payload));
      if (totalMs !== null) duration += NEWEST * (totalMs - duration);
      closedMeanwhile.add(key);
      open.delete(key);
    },
    refresh,
  );
  await read();
  const timer = setInterval(() => refreshing || refresh(), refreshMs);

  /**
   * How many jokes come before the next one in this line. Lines take turns, so no other line goes more often than this
   * one.
   */
  function before(line: string): number {
    const lines = new Map<string, number>();
    for (const other of open.values()) lines.set(lineOf(other), (lines.get(lineOf(other)) ?? 0) + 1);
    const own = lines.get(line) ?? 0;
    return [...lines.values()].reduce((sum, waiting) => sum + Math.min(waiting, own + 1), 0);
  }

  /** The place in the queue that the next request of a line gets; 1 is next, at most 0 if a slot is free for it. */
  const positionIn = (line: string): number => before(line) + 1 - slots;

  return {
    of({ userId, guildId }) {
      const times = [...open.values()]
        .filter((one) => (userId === undefined ? one.guildId === guildId : one.userId === userId))
        .map(({ readyAt }) => readyAt);
      // An overdue request should be answered any moment.
      return {
        count: times.length,
        firstReadyAt: seconds(Math.max(Math.min(...times), now() + duration)),
      };
    },
    has: (key) => open.has(key),
    slots: () => slots,
    waitOf: (asker) => (positionIn(lineOf(asker)) / slots) * duration,
    begin(request) {
      const position = positionIn(lineOf(request));
      add(request, false);
      if (Math.ceil(position / slots) * duration < WORTH_TELLING_MS) return undefined;
      return { position, readyAt: seconds(now() + (position / slots) * duration) };
    },
    written(key) {
      const request = open.get(key);
      if (request) request.written = true;
    },
    end: (key) => void open.delete(key),
    async close() {
      clearInterval(timer);
      await unlisten();
    },
  };
}

/** Which line a request waits in: one per guild, or per person in direct messages. */
const lineOf = ({ guildId, userId }: Pick<OwnerOfRequest, 'userId' | 'guildId'>): string =>
  guildId ?? `@${userId}`;
