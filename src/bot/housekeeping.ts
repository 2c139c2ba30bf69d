import { randomInt } from 'node:crypto';
import type { Store } from '../db/connect.ts';
import { dueDay, guildsWithDailyJoke } from '../db/daily.ts';
import { jokesSince } from '../db/jokes.ts';
import { expireRequests } from '../db/requests.ts';
import { eraseOld } from '../db/retention.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { submitDailyJoke } from '../queue/daily.ts';
import type { Queue } from '../queue/queue.ts';
import type { SettingsCache } from './guild-settings.ts';

export interface HousekeepingOptions {
  store: Store;
  queue: Queue;
  settings: SettingsCache;
  /** Hears how many jokes were told today. */
  onJokesToday: (jokes: number) => void;
  log: Logger;
  now?: () => Date;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How long the generator may take for a joke of the day. */
const DAILY_DEADLINE_MS = 60 * MINUTE_MS;

/**
 * What has to be done from time to time, in every process that runs the bot; each task is done once, however many
 * do it. `tick` does now what is due.
 */
export function createHousekeeping(options: HousekeepingOptions) {
  const { store, queue, settings, onJokesToday, log, now = () => new Date() } = options;
  let erasedAt = Number.NEGATIVE_INFINITY;

  const tasks: Record<string, () => Promise<unknown>> = {
    'close what came too late': () => expireRequests(store.db, 'nobody took it up in time'),
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
            guildId,
            channelId: daily.channelId,
            userId: null,
            locale: 'es-ES',
            settings: guild.decoder,
            seed: randomInt(0, 2 ** 32),
            safeMode: true, // nobody chose the moment, anybody may read it
            deadline: new Date(now().getTime() + DAILY_DEADLINE_MS),
          },
        },
      );
    }
  }

  async function tick(): Promise<void> {
    for (const [task, run] of Object.entries(tasks)) {
      await run().catch((error) => log.error({ error: messageOf(error) }, `could not ${task}`));
    }
  }

  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> = Promise.resolve();
  return {
    tick,
    start() {
      ticking = tick();
      timer = setInterval(() => {
        ticking = ticking.then(tick);
      }, MINUTE_MS);
    },
    async close() {
      clearInterval(timer);
      await ticking;
    },
  };
}
