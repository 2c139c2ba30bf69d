import { randomInt } from 'node:crypto';
import type { REST } from 'discord.js';
import type { Store } from '../db/connect.ts';
import { dueDay, guildsWithDaily } from '../db/daily.ts';
import { closeDueDuels, unrevealedDuels } from '../db/duels.ts';
import { isAnyGeneratorAlive } from '../db/generators.ts';
import { deleteLeftGuilds } from '../db/guilds.ts';
import { jokesSince } from '../db/jokes.ts';
import { abandonedRequests, expireRequests } from '../db/requests.ts';
import { eraseOld } from '../db/retention.ts';
import { answerInstead } from '../discord/answer-instead.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { refreshDuel } from '../discord/show-duel.ts';
import { showHouseJoke } from '../discord/show-joke.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Queue } from '../queue/queue.ts';
import { submitDailyDuel, submitDailyJoke } from '../queue/submit.ts';
import type { SettingsCache } from './guild-settings.ts';
import { houseChoice } from './source.ts';

export interface HousekeepingOptions {
  store: Store;
  queue: Queue;
  settings: SettingsCache;
  /** To tell people that their request expired. */
  rest: REST;
  /** Called with the number of jokes told today. */
  onJokesToday: (jokes: number) => void;
  log: Logger;
  /** Default: the database's clock. */
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
  const { store, queue, settings, rest, onJokesToday, log } = options;
  const { now = () => new Date(store.clock.now()) } = options;
  let erasedAt = Number.NEGATIVE_INFINITY;

  const tasks: Record<string, () => Promise<unknown>> = {
    'ask for the jokes of the day': askForDailyJokes,
    'ask for the duels of the day': askForDailyDuels,
    'close duels': closeDuels,
    'erase what is old': async () => {
      if (now().getTime() - erasedAt < DAY_MS) return;
      await eraseOld(store.db, now());
      const deleted = await deleteLeftGuilds(store.db, now());
      if (deleted.length > 0)
        log.info({ guilds: deleted.length }, 'deleted the data of servers left long ago');
      erasedAt = now().getTime();
    },
    'count the jokes of today': async () => {
      const midnight = new Date(now());
      midnight.setHours(0, 0, 0, 0);
      onJokesToday(await jokesSince(store.db, midnight));
    },
  };

  /** Closes the requests that no generator will answer, and tells the people who waited, if need be a house joke. */
  async function close(): Promise<void> {
    const late = await expireRequests(store.db, 'nobody took it up in time', now());
    const abandoned = await abandonedRequests(store.db, 'no generator is at work');
    for (const request of [...late, ...abandoned])
      await answerInstead({ db: store.db, rest, log }, request, (m) => m.failure.expired);
  }

  async function askForDailyJokes(): Promise<void> {
    for (const { guildId, daily } of await guildsWithDaily(store.db, 'joke')) {
      const day = dueDay(daily, now());
      if (day) await attempt('tell a joke of the day', () => askForDailyJoke(guildId, daily.channelId, day));
    }
  }

  /** A new joke is a generator's work; a house joke is posted here. */
  async function askForDailyJoke(guildId: string, channelId: string, day: string): Promise<void> {
    const ask = { kind: 'joke' } as const;
    const request = dailyRequest(ask, guildId, channelId);
    const { seed } = request;
    const { fitting } = await houseChoice(store.db, { ask, seed }, settings.of(guildId));
    const submitted = await submitDailyJoke({ store, queue }, { day, request, house: fitting });
    if (!submitted?.joke) return;
    const heading = messagesFor(request.locale).daily.title;
    const delivery = await showHouseJoke({ db: store.db, rest }, submitted.request, submitted.joke, {
      heading,
    });
    if (delivery.outcome !== 'shown')
      log.warn({ guild: guildId, ...delivery }, 'could not show a joke of the day');
  }

  /** A duel needs a new joke: while no generator is at work, its time goes on. */
  async function askForDailyDuels(): Promise<void> {
    for (const { guildId, daily } of await guildsWithDaily(store.db, 'duel')) {
      const day = dueDay(daily, now());
      if (!day || !(await isAnyGeneratorAlive(store.db))) continue;
      const request = dailyRequest({ kind: 'duel' }, guildId, daily.channelId);
      await attempt('tell a duel of the day', () => submitDailyDuel({ store, queue }, { day, request }));
    }
  }

  const dailyRequest = <A extends { kind: 'joke' | 'duel' }>(ask: A, guildId: string, channelId: string) => ({
    ...{ ask, channelId, locale: 'es-ES', settings: settings.of(guildId).decoder },
    seed: randomInt(0, 2 ** 32),
    by: { kind: 'day' as const, guildId },
    safeMode: true, // nobody chose the moment, and anybody may read it
    deadline: new Date(now().getTime() + DAILY_DEADLINE_MS),
  });

  /** Each duel is closed once; what its message should say by now and does not, it is told again. */
  async function closeDuels(): Promise<void> {
    const due = await closeDueDuels(store.db, now());
    for (const id of [...due, ...(await unrevealedDuels(store.db, now()))])
      await refreshDuel({ db: store.db, rest, log }, id);
  }

  const attempt = (task: string, run: () => Promise<unknown>) =>
    run().catch((error) => log.error({ error: messageOf(error) }, `could not ${task}`));
  const expireLate = () => attempt('close what nobody answers', close);
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
