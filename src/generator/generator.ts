import type { REST } from 'discord.js';
import type { Store } from '../db/connect.ts';
import { toldLast } from '../db/jokes.ts';
import type { EngineClient } from '../engine/client.ts';
import type { Logger } from '../lib/log.ts';
import type { Queue } from '../queue/queue.ts';
import { createSafety } from '../safety/safety.ts';
import { createActiveModel } from './active-model.ts';
import { createAnswering } from './answer.ts';
import { askForPatience } from './ask-for-patience.ts';
import { createBestOf } from './best-of.ts';
import { createJudging } from './judging.ts';
import { demandOneFleet } from './one-fleet.ts';
import { createReport } from './report.ts';
import { startSignsOfLife } from './signs-of-life.ts';
import { createSpareSlots } from './spare-slots.ts';

export interface GeneratorOptions {
  store: Store;
  queue: Queue;
  engine: EngineClient;
  rest: REST;
  /** Requests worked on at once: the rows of the engine's batch. */
  slots: number;
  /** Jokes written at most for one that is told. */
  bestOf: number;
  /** How many milliseconds the jokes under way have to finish when the generator stops. */
  graceMs: number;
  /** Folder of the model that a new database starts with, or a server's model. */
  initialFolder: string;
  log: Logger;
}

export interface Generator {
  /** Name of the active model. */
  model: string;
  close(): Promise<void>;
}

/** The generator role: takes as many jobs as it has free slots, generates, edits the replies, and stores the jokes. */
export async function startGenerator(options: GeneratorOptions): Promise<Generator> {
  const { store, queue, engine, rest, slots, bestOf, graceMs, initialFolder, log } = options;
  // Only one process works on an embedded database.
  if (store.kind === 'postgres') await demandOneFleet(store.db, initialFolder);
  const activeModel = await createActiveModel({ store, engine, initialFolder, log });
  const safety = createSafety();
  const judging = createJudging({ db: store.db, engine, log });
  const spare = createSpareSlots(slots);
  const { answer, expire, giveUp } = createAnswering({
    db: store.db,
    clock: store.clock,
    engine,
    safety,
    rest,
    activeModel,
    best: createBestOf({
      ...{ engine, safety, clock: store.clock, judging, spare, bestOf },
      toldLast: (by, count) =>
        toldLast(store.db, by, count).catch((error: unknown) => {
          log.warn({ err: error }, 'jokes told lately could not be read');
          return []; // a choice that may repeat one is better than none
        }),
    }),
    spare,
    judging,
    log,
  });
  let running = () => 0;
  const report = createReport({ engine, activeModel, slots, running: () => running() });
  const signsOfLife = await startSignsOfLife(store.db, log, report);
  const consumer = await queue.consume({ slots, graceMs, handle: answer, expire, giveUp });
  running = consumer.running;
  return {
    model: (await activeModel.get(null)).version.name,
    async close() {
      await consumer.stop();
      if (await signsOfLife.isAlone().catch(() => false)) await askForPatience({ db: store.db, rest, log });
      await judging.close();
      await signsOfLife.stop();
      await activeModel.close();
    },
  };
}
