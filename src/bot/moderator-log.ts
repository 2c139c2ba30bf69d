import { type RawFile, type REST, Routes } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import { type ReportState, reportMessage } from '../discord/report-message.ts';
import type { Logger } from '../lib/log.ts';
import type { SettingsCache } from './guild-settings.ts';

/** The channel a guild's moderators chose for notices, if they chose one. */
export interface ModeratorLog {
  /** Posts a reported joke. Returns whether the moderators can see it now. Never throws. */
  report(guildId: string, joke: Joke, state: ReportState): Promise<boolean>;
  /**
   * Posts a message. Returns whether it was posted. Never throws: false if the channel is gone or inaccessible to the
   * bot.
   */
  post(guildId: string, body: MessageBody, files?: RawFile[]): Promise<boolean>;
}

export function createModeratorLog(rest: REST, settings: SettingsCache, log: Logger): ModeratorLog {
  async function post(guildId: string, body: MessageBody, files: RawFile[] = []): Promise<boolean> {
    const { logChannelId } = settings.of(guildId);
    if (!logChannelId) return false;
    try {
      await rest.post(Routes.channelMessages(logChannelId), { body, files });
      return true;
    } catch (err) {
      // Deleted or inaccessible to the bot: nothing is lost, everything posted there is also in the database.
      log.warn({ err, guild: guildId, channel: logChannelId }, 'the moderators’ channel takes no message');
      return false;
    }
  }
  return { report: (guildId, joke, state) => post(guildId, reportMessage(joke, state)), post };
}
