import { randomInt } from 'node:crypto';
import type { REST } from 'discord.js';
import type { Store } from '../db/connect.ts';
import { dueDay, guildsWithDailyJoke } from '../db/daily.ts';
import { jokesSince } from '../db/jokes.ts';
import { expireRequests } from '../db/requests.ts';
import { eraseOld } from '../db/retention.ts';
import { replyIsFree } from '../db/waiting.ts';
import { sayInstead } from '../discord/reply.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Queue } from '../queue/queue.ts';
import { submitDailyJoke } from '../queue/submit.ts';
import type { SettingsCache } from './guild-settings.ts';

export interface HousekeepingOptions {
  store: Store;
  queue: Queue;
  settings: SettingsCache;
  /** To tell people that their request expired. */
  rest: REST;
  /** Called with the number of jokes told today. */
  onJokesToday: (jokes: number) => void;
  log: Logger;
  now?: () => Date;
}

/** Far less than the half minute by which an interaction token outlives its request. */
const EXPIRE_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How long the generator may take to write a joke of the day. */
const DAILY_DEADLINE_MS = 60 * MINUTE_MS;

/**
 * Periodic tasks, in every process that runs the bot; each task is done once, no matter how many processes there are.
 * `tick` does everything that is due now.
 */
export function createHousekeeping(options: HousekeepingOptions) {
  const { store, queue, settings, rest, onJokesToday, log, now = () => new Date() } = options;
  let erasedAt = Number.NEGATIVE_INFINITY;

  const tasks: Record<string, () => Promise<unknown>> = {
    'ask for the jokes of the day': askForDailyJokes,
    'erase what is old': async () => {
      if (now().getTime() - erasedAt < DAY_MS) return;
      await eraseOld(store.db, now());
      erasedAt = now().getTime();
    },
    'count the jokes of today': async () => {
      const midnight = new Date(now());
      midnight.setHours(0, 0, 0, 0);
      onJokesToday(await jokesSince(store.db, midnight));
    },
  };

  /** Closes expired requests and tells the people who waited. */
  async function expire(): Promise<void> {
    for (const request of await expireRequests(store.db, 'nobody took it up in time', now())) {
      await replyIsFree(store.db, request.id);
      await sayInstead(rest, request, (m) => m.failure.expired).catch((error) =>
        log.warn({ error: messageOf(error), request: request.id }, 'that it is too late could not be told'),
      );
    }
  }

  async function askForDailyJokes(): Promise<void> {
    for (const { guildId, daily } of await guildsWithDailyJoke(store.db)) {
      const day = dueDay(daily, now());
      if (!day) continue;
      const guild = settings.of(guildId);
      await submitDailyJoke(
        { store, queue },
        {
          day,
          request: {
            ask: { kind: 'joke' },
            by: { kind: 'day', guildId },
            channelId: daily.channelId,
            locale: 'es-ES',
            settings: guild.decoder,
            seed: randomInt(0, 2 ** 32),
            safeMode: true, // nobody chose the moment, and anybody may read it
            deadline: new Date(now().getTime() + DAILY_DEADLINE_MS),
          },
        },
      );
    }
  }

  const attempt = (task: string, run: () => Promise<unknown>) =>
    run().catch((error) => log.error({ error: messageOf(error) }, `could not ${task}`));
  const expireLate = () => attempt('close what came too late', expire);
  async function tick(): Promise<void> {
    await expireLate();
    for (const [task, run] of Object.entries(tasks)) await attempt(task, run);
  }

  const timers: NodeJS.Timeout[] = [];
  let working: Promise<unknown> = Promise.resolve();
  const every = (milliseconds: number, work: () => Promise<unknown>) =>
    timers.push(
      setInterval(() => {
        working = working.then(work);
      }, milliseconds),
    );
  return {
    tick,
    start() {
      working = tick();
      every(EXPIRE_MS, expireLate);
      every(MINUTE_MS, tick);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await working;
    },
  };
}
