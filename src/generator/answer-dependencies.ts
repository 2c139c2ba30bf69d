import type { REST } from 'discord.js';
import type { Database } from '../db/connect.ts';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../lib/log.ts';
import type { Safety } from '../safety/safety.ts';
import type { ActiveModel } from './active-model.ts';

/** What answering a request takes, of whatever kind it is. */
export interface AnswerDependencies {
  db: Database;
  engine: Engine;
  safety: Safety;
  /** Replies are edited by their interaction's token; only the joke of the day needs the bot's. */
  rest: REST;
  activeModel: ActiveModel;
  log: Logger;
}
