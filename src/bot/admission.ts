import type { Person } from '../db/request-shape.ts';
import type { OpenRequests, Wait } from './open-requests.ts';
import { Refusal } from './refusal.ts';

/** Requests that may wait at once: what suits a guild of a thousand people. */
export const OPEN_LIMITS = { user: 3, guild: 25 } as const;

export type Asker = Pick<Person, 'userId' | 'guildId'>;

/** A request that counts as open. */
export interface Admitted {
  /** Absent where the joke comes soon. */
  wait: Wait | undefined;
  /** It is in the database now. */
  written(): void;
  /** Counts it no more: for one that was not written. */
  giveBack(): void;
}

/** Whether somebody may ask now, decided from memory. */
export interface Admission {
  /** Throws a `Refusal` that says when to try again. */
  check(asker: Asker, cooldownSeconds: number): void;
  /** Counts a request that is about to be written, by its interaction's id, and starts the cooldown. */
  admit(key: string, asker: Asker, options: { cooldown: boolean }): Admitted;
}

export function createAdmission(open: OpenRequests, now: () => number = Date.now): Admission {
  const askedAt = new Map<string, number>();
  /** People who asked longest ago come first in the map: those whose cooldown cannot matter any more are dropped. */
  const forget = (longestSeconds: number) => {
    for (const [person, at] of askedAt) {
      if (at + longestSeconds * 1000 > now()) return;
      askedAt.delete(person);
    }
  };
  const personOf = ({ userId, guildId }: Asker) => `${guildId ?? ''}/${userId}`;

  return {
    check(asker, cooldownSeconds) {
      const ready = (askedAt.get(personOf(asker)) ?? Number.NEGATIVE_INFINITY) + cooldownSeconds * 1000;
      if (ready > now()) throw new Refusal((m) => m.refusal.cooldown(Math.ceil(ready / 1000)));
      const own = open.of({ userId: asker.userId });
      if (own.count >= OPEN_LIMITS.user) {
        throw new Refusal((m) => m.refusal.tooManyOpen(OPEN_LIMITS.user, own.firstReadyAt));
      }
      if (asker.guildId === null) return;
      const here = open.of({ guildId: asker.guildId });
      if (here.count >= OPEN_LIMITS.guild) {
        throw new Refusal((m) => m.refusal.guildBusy(OPEN_LIMITS.guild, here.firstReadyAt));
      }
    },
    admit(key, asker, { cooldown }) {
      const person = personOf(asker);
      if (cooldown) {
        askedAt.delete(person); // to the end of the map
        askedAt.set(person, now());
      }
      if (askedAt.size > 10_000) forget(3600);
      return {
        wait: open.begin({ key, ...asker }),
        written: () => open.written(key),
        giveBack() {
          if (cooldown) askedAt.delete(person);
          open.end(key);
        },
      };
    },
  };
}
