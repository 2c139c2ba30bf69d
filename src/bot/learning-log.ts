import type { Store } from '../db/connect.ts';
import { claimLearningEvents } from '../db/learning.ts';
import { epochsOf } from '../db/training-runs.ts';
import { learningMessage } from '../discord/learning-message.ts';
import type { Messages } from '../discord/messages/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { SettingsCache } from './guild-settings.ts';
import type { ModeratorLog } from './moderator-log.ts';

export interface LearningLogOptions {
  store: Store;
  settings: SettingsCache;
  moderatorLog: ModeratorLog;
  log: Logger;
}

/**
 * Posts the outcome of each relevant training run, and of each vote on a version, in the moderators' channels. An event
 * is claimed before it is posted, so each is posted once, no matter how many processes run the bot.
 */
export async function createLearningLog(options: LearningLogOptions): Promise<{ close(): Promise<void> }> {
  const { store, settings, moderatorLog, log } = options;
  let telling = Promise.resolve();

  const tellAll = () => {
    telling = telling
      .then(tell)
      .catch((error) => log.error({ error: messageOf(error) }, 'could not announce what was learned'));
  };

  async function tell(): Promise<void> {
    for (const event of await claimLearningEvents(store.db)) {
      const epochs = await epochsOf(store.db, event.run.id);
      const compose = oncePerLanguage((m) => learningMessage(event, epochs, m));
      const { guildId: its } = event.run; // only a voice's own guild hears about it
      for (const guildId of its === null ? settings.guildIds() : [its]) {
        await moderatorLog.post(guildId, compose);
      }
    }
  }

  const unlisten = await store.listen('chispa_learning', tellAll, tellAll);
  tellAll(); // events from while no bot was running
  return {
    async close() {
      await unlisten();
      await telling;
    },
  };
}

/** Drawing a chart takes a while, and there may be hundreds of guilds. */
function oncePerLanguage<T>(compose: (m: Messages) => T): (m: Messages) => T {
  const composed = new Map<Messages, T>();
  return (m) => {
    const one = composed.get(m) ?? compose(m);
    composed.set(m, one);
    return one;
  };
}
