import { type Client, type RawFile, Routes } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import { messagesForGuild } from '../discord/guild-language.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import type { Messages } from '../discord/messages/index.ts';
import { type ReportState, reportMessage } from '../discord/report-message.ts';
import type { Logger } from '../lib/log.ts';
import type { SettingsCache } from './guild-settings.ts';

interface Notice {
  body: MessageBody;
  files?: RawFile[];
}

/** The channel a guild's moderators chose for notices, if they chose one. */
export interface ModeratorLog {
  /** Posts a reported joke. Returns whether the moderators can see it now. Never throws. */
  report(guildId: string, joke: Joke, state: ReportState): Promise<boolean>;
  /**
   * Posts what `compose` says in the guild's language, if anything. Returns whether it was posted. Never throws: false
   * if the channel is gone or inaccessible to the bot.
   */
  post(guildId: string, compose: (m: Messages) => Notice | undefined): Promise<boolean>;
}

export function createModeratorLog(
  { rest, guilds }: Pick<Client, 'rest' | 'guilds'>,
  settings: SettingsCache,
  log: Logger,
): ModeratorLog {
  async function post(guildId: string, compose: (m: Messages) => Notice | undefined): Promise<boolean> {
    const { logChannelId } = settings.of(guildId);
    const notice = logChannelId && compose(messagesForGuild(guilds.cache.get(guildId) ?? null));
    if (!notice) return false;
    const { body, files = [] } = notice;
    try {
      await rest.post(Routes.channelMessages(logChannelId), { body, files });
      return true;
    } catch (err) {
      // Deleted or inaccessible to the bot: nothing is lost, everything posted there is also in the database.
      log.warn({ err, guild: guildId, channel: logChannelId }, 'could not post in the moderators’ channel');
      return false;
    }
  }
  return {
    post,
    report: (guildId, joke, state) => post(guildId, (m) => ({ body: reportMessage(joke, state, m) })),
  };
}
