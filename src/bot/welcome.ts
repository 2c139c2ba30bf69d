import { type Client, Events, type Guild, PermissionFlagsBits } from 'discord.js';
import { welcomeMessage } from '../discord/help-message.ts';
import { es, type Messages, messagesFor } from '../discord/messages/index.ts';
import type { Logger } from '../lib/log.ts';

const NEEDED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
];

/** Says in each guild that the bot joins what it does, what it keeps, and how moderators hear of reports. */
export function welcomeGuilds(client: Client<true>, log: Logger): void {
  client.on(Events.GuildCreate, (guild) => {
    // Without a channel to write in there is still `/ayuda`.
    channelFor(guild)
      ?.send(welcomeMessage(languageOf(guild)))
      .catch((err) => log.warn({ err, guild: guild.id }, 'a new guild could not be welcomed'));
  });
}

/** Where Discord itself greets who joins, or the first channel that takes a message. */
function channelFor({ systemChannel, channels, client }: Guild) {
  const byPosition = [...channels.cache.values()]
    .filter((channel) => channel.isTextBased() && !channel.isThread() && !channel.isVoiceBased())
    .sort((a, b) => a.rawPosition - b.rawPosition);
  return [systemChannel, ...byPosition].find(
    (channel) => channel?.permissionsFor(client.user)?.has(NEEDED) === true,
  );
}

/** Only a Community server chooses its language; every other is said to be American. */
const languageOf = ({ features, preferredLocale }: Guild): Messages =>
  features.includes('COMMUNITY') ? messagesFor(preferredLocale) : es;
