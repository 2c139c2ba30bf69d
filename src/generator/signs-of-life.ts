import { randomUUID } from 'node:crypto';
import type { Database } from '../db/connect.ts';
import { generatorHasStopped, generatorIsAlive, SIGN_OF_LIFE_MS } from '../db/generators.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/**
 * Tells the bots, through the database, that this generator is at work. Start it before the first job is taken: a bot
 * answers in a generator's stead while there is none.
 */
export async function startSignsOfLife(db: Database, log: Logger): Promise<{ stop(): Promise<void> }> {
  const id = randomUUID();
  const failed = (error: unknown) => log.warn({ error: messageOf(error) }, 'could not record a sign of life');
  let latest = generatorIsAlive(db, id);
  await latest;
  const timer = setInterval(() => {
    latest = latest.then(() => generatorIsAlive(db, id)).catch(failed);
  }, SIGN_OF_LIFE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await latest;
      await generatorHasStopped(db, id).catch(failed);
    },
  };
}
