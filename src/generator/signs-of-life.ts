import { randomUUID } from 'node:crypto';
import type { Database } from '../db/connect.ts';
import {
  generatorHasStopped,
  generatorIsAlive,
  isAnyGeneratorAlive,
  SIGN_OF_LIFE_MS,
} from '../db/generators.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

export interface SignsOfLife {
  /** Whether no other generator is at work. */
  isAlone(): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Tells the bots, through the database, that this generator is at work. Start it before the first job is taken: a bot
 * answers in a generator's stead while there is none.
 */
export async function startSignsOfLife(db: Database, log: Logger): Promise<SignsOfLife> {
  const id = randomUUID();
  const failed = (error: unknown) => log.warn({ error: messageOf(error) }, 'could not record a sign of life');
  let latest = generatorIsAlive(db, id);
  await latest;
  const timer = setInterval(() => {
    latest = latest.then(() => generatorIsAlive(db, id)).catch(failed);
  }, SIGN_OF_LIFE_MS);
  return {
    isAlone: async () => !(await isAnyGeneratorAlive(db, { otherThan: id })),
    async stop() {
      clearInterval(timer);
      await latest;
      await generatorHasStopped(db, id).catch(failed);
    },
  };
}
