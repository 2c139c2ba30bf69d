import { z } from 'zod';
import type { Store } from '../db/connect.ts';
import { openCounts } from '../db/requests.ts';
import { Refusal } from './refusal.ts';

/** Requests that may wait at once: what suits a guild of a thousand people. */
export const OPEN_LIMITS = { user: 3, guild: 25 } as const;

export interface Asker {
  userId: string;
  /** Null in direct messages. */
  guildId: string | null;
}

/**
 * Whether somebody may ask now, decided from memory: counts follow the database by its notifications, whatever
 * process closes a request.
 */
export interface Admission {
  /** Throws a `Refusal` that says when to try again. */
  check(asker: Asker, cooldownSeconds: number): void;
  /** Counts a request that is about to be written, and starts the cooldown. Call the result if it was not. */
  open(asker: Asker, options: { cooldown: boolean }): () => void;
  close(): Promise<void>;
}

const closedRequest = z.object({ userId: z.string().nullable(), guildId: z.string().nullable() });

export async function createAdmission(store: Store, now: () => number = Date.now): Promise<Admission> {
  const open = await openCounts(store.db);
  const askedAt = new Map<string, number>();

  const count = (counts: Map<string, number>, id: string | null, change: 1 | -1) => {
    if (id === null) return;
    const next = (counts.get(id) ?? 0) + change;
    if (next > 0) counts.set(id, next);
    else counts.delete(id);
  };
  const change = ({ userId, guildId }: { userId: string | null; guildId: string | null }, by: 1 | -1) => {
    count(open.users, userId, by);
    count(open.guilds, guildId, by);
  };
  const close = await store.listen('chispa_requests', (payload) => {
    change(closedRequest.parse(JSON.parse(payload)), -1);
  });

  /** People who asked longest ago come first in the map: those whose cooldown cannot matter any more are dropped. */
  const forget = (longestSeconds: number) => {
    for (const [key, at] of askedAt) {
      if (at + longestSeconds * 1000 > now()) return;
      askedAt.delete(key);
    }
  };
  const keyOf = ({ userId, guildId }: Asker) => `${guildId ?? ''}/${userId}`;

  return {
    check(asker, cooldownSeconds) {
      const ready = (askedAt.get(keyOf(asker)) ?? Number.NEGATIVE_INFINITY) + cooldownSeconds * 1000;
      if (ready > now()) throw new Refusal((m) => m.refusal.cooldown(Math.ceil(ready / 1000)));
      if ((open.users.get(asker.userId) ?? 0) >= OPEN_LIMITS.user) {
        throw new Refusal((m) => m.refusal.tooManyOpen(OPEN_LIMITS.user));
      }
      if (asker.guildId && (open.guilds.get(asker.guildId) ?? 0) >= OPEN_LIMITS.guild) {
        throw new Refusal((m) => m.refusal.guildBusy(OPEN_LIMITS.guild));
      }
    },
    open(asker, { cooldown }) {
      const key = keyOf(asker);
      if (cooldown) {
        askedAt.delete(key); // to the end of the map
        askedAt.set(key, now());
      }
      if (askedAt.size > 10_000) forget(3600);
      change(asker, 1);
      return () => {
        if (cooldown) askedAt.delete(key);
        change(asker, -1);
      };
    },
    close,
  };
}
