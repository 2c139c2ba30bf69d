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

/** How often those whose cooldown is over are forgotten. */
const SWEEP_MS = 60_000;

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
  /**
   * When the turn of a request that needs a generator would come (seconds since the epoch), if that is too late to
   * queue it.
   */
  tooLate(asker: Asker): number | undefined;
  /** Counts a request that is about to be written and starts the cooldown. `key`: its interaction's id. */
  admit(key: string, asker: Asker, cooldownSeconds: number): Admitted;
}

export function createAdmission(open: OpenRequests, now: () => number = Date.now): Admission {
  /** Those whose cooldown is not over: when they asked, and until when it lasts. */
  const asked = new Map<string, { at: number; until: number }>();
  let sweptAt = now();
  const sweep = () => {
    if (now() - sweptAt < SWEEP_MS) return;
    sweptAt = now();
    for (const [person, { until }] of asked) if (until <= now()) asked.delete(person);
  };
  const personOf = ({ userId, guildId }: Asker) => `${guildId ?? ''}/${userId}`;

  return {
    check(asker, cooldownSeconds) {
      const ready = (asked.get(personOf(asker))?.at ?? Number.NEGATIVE_INFINITY) + cooldownSeconds * 1000;
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
    admit(key, asker, cooldownSeconds) {
      const person = personOf(asker);
      if (cooldownSeconds > 0) asked.set(person, { at: now(), until: now() + cooldownSeconds * 1000 });
      sweep();
      return {
        wait: open.begin({ key, ...asker }),
        written: () => open.written(key),
        giveBack() {
          if (cooldownSeconds > 0) asked.delete(person);
          open.end(key);
        },
      };
    },
  };
}
