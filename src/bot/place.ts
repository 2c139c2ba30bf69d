import { type BaseInteraction, InteractionContextType } from 'discord.js';
import { Refusal } from './refusal.ts';

/** An interaction, as far as it tells where it happens. */
export type Placed = Pick<BaseInteraction, 'guildId' | 'context' | 'authorizingIntegrationOwners'>;

/**
 * The guild that added Chispa, where an interaction happens. Null in direct messages, and where Chispa comes along with a
 * person who added it to their account: between people, and in other guilds. There it has no settings and no ranking.
 */
export const homeGuild = ({ guildId, authorizingIntegrationOwners }: Placed): string | null =>
  guildId !== null && authorizingIntegrationOwners.guildId === guildId ? guildId : null;

/** Whether the bot is no member there, so that it can only answer: with the interaction's token, for 15 minutes. */
export const isGuest = (interaction: Placed): boolean =>
  interaction.context === InteractionContextType.PrivateChannel ||
  (interaction.guildId !== null && homeGuild(interaction) === null);

/** The guild that added Chispa, where an interaction happens. Throws a `Refusal` anywhere else. */
export function requireGuild(interaction: Placed): string {
  const guildId = homeGuild(interaction);
  if (guildId === null) throw new Refusal((m) => m.refusal.guildOnly);
  return guildId;
}
