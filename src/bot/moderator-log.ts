import { type RawFile, type REST, Routes } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import { type ReportState, reportMessage } from '../discord/report-message.ts';
import type { Logger } from '../lib/log.ts';
import type { SettingsCache } from './guild-settings.ts';

/** The channel where a guild's moderators hear of what concerns them, where they set one. */
export interface ModeratorLog {
  /** Whether the moderators can see it now. */
  report(guildId: string, joke: Joke, state: ReportState): Promise<boolean>;
  /** Whether it was posted. Never throws: a channel that is gone or closed to the bot takes no message. */
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
      // Deleted, or closed to the bot: what is posted there is also in the database.
      log.warn({ err, guild: guildId, channel: logChannelId }, 'the moderators’ channel takes no message');
      return false;
    }
  }
  return { report: (guildId, joke, state) => post(guildId, reportMessage(joke, state)), post };
}
