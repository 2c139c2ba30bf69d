import { randomUUID } from 'node:crypto';
import type { Database } from '../db/connect.ts';
import {
  generatorHasStopped,
  generatorIsAlive,
  isAnyGeneratorAlive,
  SIGN_OF_LIFE_MS,
} from '../db/generators.ts';
import type { GeneratorReport } from '../db/schema.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { within } from '../lib/within.ts';

/** A model that is just being loaded reports late: the sign of life does not wait for it. */
const REPORT_MS = 1000;

export interface SignsOfLife {
  /** Whether no other generator is at work. */
  isAlone(): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Tells the bots, through the database, that this generator is at work, and what `report` says of it. Start it before
 * the first job is taken: a bot answers in a generator's stead while there is none.
 */
export async function startSignsOfLife(
  db: Database,
  log: Logger,
  report: () => Promise<GeneratorReport>,
): Promise<SignsOfLife> {
  const id = randomUUID();
  const failed = (error: unknown) => log.warn({ error: messageOf(error) }, 'could not record a sign of life');
  const give = async () => {
    const reported = await within(REPORT_MS, report()).catch(failed);
    await generatorIsAlive(db, id, reported ?? undefined);
  };
  let latest = give();
  await latest;
  const timer = setInterval(() => {
    latest = latest.then(give).catch(failed);
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
