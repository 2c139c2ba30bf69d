import { type Client, Events, type Guild, PermissionFlagsBits } from 'discord.js';
import { messagesForGuild } from '../discord/guild-language.ts';
import { welcomeMessage } from '../discord/help-message.ts';
import type { Logger } from '../lib/log.ts';

const NEEDED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
];

/** Posts a welcome in each guild the bot joins: what it does, what it stores, and how moderators receive reports. */
export function welcomeGuilds(client: Client<true>, log: Logger): void {
  client.on(Events.GuildCreate, (guild) => {
    // If there is no channel to write in, people still have `/ayuda`.
    channelFor(guild)
      ?.send(welcomeMessage(messagesForGuild(guild)))
      .catch((err) => log.warn({ err, guild: guild.id }, 'a new guild could not be welcomed'));
  });
}

/** The channel where Discord greets new members, or else the first one the bot may write in. */
function channelFor({ systemChannel, channels, client }: Guild) {
  const byPosition = [...channels.cache.values()]
    .filter((channel) => channel.isTextBased() && !channel.isThread() && !channel.isVoiceBased())
    .sort((a, b) => a.rawPosition - b.rawPosition);
  return [systemChannel, ...byPosition].find(
    (channel) => channel?.permissionsFor(client.user)?.has(NEEDED) === true,
  );
}
