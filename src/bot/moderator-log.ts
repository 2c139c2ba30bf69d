import { type RawFile, type REST, Routes } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import { type ReportState, reportMessage } from '../discord/report-message.ts';
import type { Logger } from '../lib/log.ts';
import type { SettingsCache } from './guild-settings.ts';

/** The channel where a guild's moderators hear of what concerns them, where they set one. */
export interface ModeratorLog {
  report(guildId: string, joke: Joke, state: ReportState): Promise<void>;
  /** Never throws: a channel that is gone or closed to the bot takes no message. */
  post(guildId: string, body: MessageBody, files?: RawFile[]): Promise<void>;
}

export function createModeratorLog(rest: REST, settings: SettingsCache, log: Logger): ModeratorLog {
  async function post(guildId: string, body: MessageBody, files: RawFile[] = []): Promise<void> {
    const { logChannelId } = settings.of(guildId);
    if (!logChannelId) return;
    try {
      await rest.post(Routes.channelMessages(logChannelId), { body, files });
    } catch (err) {
      // Deleted, or closed to the bot: what is posted there is also in the database.
      log.warn({ err, guild: guildId, channel: logChannelId }, 'the moderators’ channel takes no message');
    }
  }
  return { report: (guildId, joke, state) => post(guildId, reportMessage(joke, state)), post };
}
