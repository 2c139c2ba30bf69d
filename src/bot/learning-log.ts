import type { Store } from '../db/connect.ts';
import { claimLearningEvents } from '../db/learning.ts';
import { epochsOf } from '../db/training-runs.ts';
import { learningMessage } from '../discord/learning-message.ts';
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
 * Tells the moderators' channels what became of each training run that concerns them, and when votes have decided on a
 * version. An event
 * is claimed before it is told, so each is told once, whatever number of processes run the bot.
 */
export async function createLearningLog(options: LearningLogOptions): Promise<{ close(): Promise<void> }> {
  const { store, settings, moderatorLog, log } = options;
  let telling = Promise.resolve();

  const tellAll = () => {
    telling = telling
      .then(tell)
      .catch((error) => log.error({ error: messageOf(error) }, 'what was learned could not be announced'));
  };

  async function tell(): Promise<void> {
    for (const event of await claimLearningEvents(store.db)) {
      const message = learningMessage(event, await epochsOf(store.db, event.run.id));
      if (!message) continue;
      const { guildId: its } = event.run; // of a voice, its guild alone hears
      for (const guildId of its === null ? settings.guildIds() : [its]) {
        await moderatorLog.post(guildId, message.body, message.files);
      }
    }
  }

  const unlisten = await store.listen('chispa_learning', tellAll, tellAll);
  tellAll(); // what happened while no bot ran
  return {
    async close() {
      await unlisten();
      await telling;
    },
  };
}
