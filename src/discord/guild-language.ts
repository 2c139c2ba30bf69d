import type { Guild } from 'discord.js';
import { es, type Messages, messagesFor } from './messages/index.ts';

/**
 * What Chispa says to a whole guild: in the language that it chose, otherwise in Spanish. Only Community servers choose
 * one; Discord reports all others as en-US.
 */
export const messagesForGuild = (guild: Pick<Guild, 'features' | 'preferredLocale'> | null): Messages =>
  guild?.features.includes('COMMUNITY') ? messagesFor(guild.preferredLocale) : es;
