import { z } from 'zod';
import type { Store } from '../db/connect.ts';
import { type OwnerOfRequest, openOwners } from '../db/requests.ts';
import { recentDuration } from '../db/waiting.ts';
import { Refusal } from './refusal.ts';
import { FIRST_GUESS_MS } from './waiting-board.ts';

/** Requests that may wait at once: what suits a guild of a thousand people. */
export const OPEN_LIMITS = { user: 3, guild: 25 } as const;

export interface Asker {
  userId: string;
  /** Null in direct messages. */
  guildId: string | null;
}

/**
 * Whether somebody may ask now, decided from memory: what is open follows the database by its notifications, whatever
 * process closes a request.
 */
export interface Admission {
  /** Throws a `Refusal` that says when to try again. */
  check(asker: Asker, cooldownSeconds: number): void;
  /** Counts a request that is about to be written, and starts the cooldown. Call the result if it was not. */
  open(asker: Asker, options: { cooldown: boolean }): () => void;
  close(): Promise<void>;
}

export interface AdmissionOptions {
  /** Jokes that are generated at once. */
  slots: number;
  now?: () => number;
}

const closedRequest = z.object({
  userId: z.string().nullable(),
  guildId: z.string().nullable(),
  totalMs: z.number().nullable(),
});
/** What the newest joke counts in the estimate of how long one takes. */
const NEWEST = 0.2;

/** When each of somebody's open requests should be answered, in milliseconds since the epoch, the earliest first. */
type Expected = Map<string, number[]>;

export async function createAdmission(
  store: Store,
  { slots, now = Date.now }: AdmissionOptions,
): Promise<Admission> {
  const askedAt = new Map<string, number>();
  const users: Expected = new Map();
  const guilds: Expected = new Map();
  let open = 0;
  let duration = (await recentDuration(store.db)) ?? FIRST_GUESS_MS;

  const add = (expected: Expected, id: string | null, at: number) => {
    if (id !== null)
      expected.set(
        id,
        [...(expected.get(id) ?? []), at].sort((a, b) => a - b),
      );
  };
  const remove = (expected: Expected, id: string | null, at?: number) => {
    const times = id === null ? undefined : expected.get(id);
    if (id === null || !times) return;
    times.splice(at === undefined ? 0 : times.indexOf(at), 1);
    if (times.length === 0) expected.delete(id);
  };
  const begin = ({ userId, guildId }: OwnerOfRequest): number => {
    open++;
    const at = now() + Math.ceil(open / slots) * duration;
    add(users, userId, at);
    add(guilds, guildId, at);
    return at;
  };
  /** `at`: which one; the earliest when nobody knows. */
  const end = ({ userId, guildId }: OwnerOfRequest, at?: number) => {
    open = Math.max(0, open - 1);
    remove(users, userId, at);
    remove(guilds, guildId, at);
  };

  for (const owner of await openOwners(store.db)) begin(owner);
  const close = await store.listen('chispa_requests', (payload) => {
    const { totalMs, ...owner } = closedRequest.parse(JSON.parse(payload));
    if (totalMs !== null) duration += NEWEST * (totalMs - duration);
    end(owner);
  });

  /** People who asked longest ago come first in the map: those whose cooldown cannot matter any more are dropped. */
  const forget = (longestSeconds: number) => {
    for (const [key, at] of askedAt) {
      if (at + longestSeconds * 1000 > now()) return;
      askedAt.delete(key);
    }
  };
  const keyOf = ({ userId, guildId }: Asker) => `${guildId ?? ''}/${userId}`;
  const seconds = (at: number) => Math.ceil(at / 1000);
  /** When the first of these should be answered; one that is late comes any moment. */
  const firstOf = (times: number[]) => seconds(Math.max(times[0] ?? 0, now() + duration));

  return {
    check(asker, cooldownSeconds) {
      const ready = (askedAt.get(keyOf(asker)) ?? Number.NEGATIVE_INFINITY) + cooldownSeconds * 1000;
      if (ready > now()) throw new Refusal((m) => m.refusal.cooldown(seconds(ready)));
      const own = users.get(asker.userId) ?? [];
      if (own.length >= OPEN_LIMITS.user) {
        throw new Refusal((m) => m.refusal.tooManyOpen(OPEN_LIMITS.user, firstOf(own)));
      }
      const here = asker.guildId === null ? [] : (guilds.get(asker.guildId) ?? []);
      if (here.length >= OPEN_LIMITS.guild) {
        throw new Refusal((m) => m.refusal.guildBusy(OPEN_LIMITS.guild, firstOf(here)));
      }
    },
    open(asker, { cooldown }) {
      const key = keyOf(asker);
      if (cooldown) {
        askedAt.delete(key); // to the end of the map
        askedAt.set(key, now());
      }
      if (askedAt.size > 10_000) forget(3600);
      const at = begin(asker);
      return () => {
        if (cooldown) askedAt.delete(key);
        end(asker, at);
      };
    },
    close,
  };
}
