import type { REST } from 'discord.js';
import type { Clock } from '../db/clock.ts';
import type { Database } from '../db/connect.ts';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../lib/log.ts';
import type { Safety } from '../safety/safety.ts';
import type { ActiveModel } from './active-model.ts';
import type { BestOf } from './best-of.ts';
import type { Judging } from './judging.ts';
import type { SpareSlots } from './spare-slots.ts';

/** Dependencies for answering a request of any kind. */
export interface AnswerDependencies {
  db: Database;
  clock: Clock;
  engine: Engine;
  safety: Safety;
  /** Replies are edited with their interaction's token. Only the joke of the day needs the bot's token. */
  rest: REST;
  activeModel: ActiveModel;
  judging: Judging;
  best: BestOf;
  /** Slots that jobs do not use; each job counts itself in. */
  spare: SpareSlots;
  log: Logger;
}
