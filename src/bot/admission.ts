import type { Person } from '../db/request-shape.ts';
import type { OpenRequests, Wait } from './open-requests.ts';
import { Refusal } from './refusal.ts';

/** How many requests may wait at once; suits a guild of a thousand people. */
export const OPEN_LIMITS = { user: 3, guild: 25 } as const;

/**
 * A joke that would have to wait longer is not queued: Discord takes no answer after 15 minutes, and the estimate may be
 * too short.
 */
export const LONGEST_WAIT_MS = 10 * 60_000;

export type Asker = Pick<Person, 'userId' | 'guildId'>;

/** A request that counts as open. */
export interface Admitted {
  /** Undefined if the joke comes soon. */
  wait: Wait | undefined;
  /** Call once the request is in the database. */
  written(): void;
  /** Stops counting it: for a request that was not written. */
  giveBack(): void;
}

/** Decides from memory whether somebody may ask now. */
export interface Admission {
  /** Throws a `Refusal` that says when to try again. */
  check(asker: Asker, cooldownSeconds: number): void;
  /** When the turn of a request that needs a generator would come (seconds since the epoch), if that is too late to queue it. */
  tooLate(asker: Asker): number | undefined;
  /** Counts a request that is about to be written and starts the cooldown. `key`: its interaction's id. */
  admit(key: string, asker: Asker, options: { cooldown: boolean }): Admitted;
}

export function createAdmission(open: OpenRequests, now: () => number = Date.now): Admission {
  const askedAt = new Map<string, number>();
  /** Drops people whose cooldown has surely ended. The map is ordered by when they last asked, oldest first. */
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
    tooLate(asker) {
      const wait = open.waitOf(asker);
      return wait > LONGEST_WAIT_MS ? Math.ceil((now() + wait) / 1000) : undefined;
    },
    admit(key, asker, { cooldown }) {
      const person = personOf(asker);
      if (cooldown) {
        askedAt.delete(person); // moves the person to the end of the map
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
