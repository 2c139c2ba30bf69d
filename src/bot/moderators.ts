import { type BaseInteraction, GuildMember, PermissionFlagsBits } from 'discord.js';
import type { GuildSettings } from '../db/guild-settings.ts';
import type { SettingsCache } from './guild-settings.ts';
import { homeGuild, requireGuild } from './place.ts';
import { Refusal } from './refusal.ts';

/**
 * Whether somebody may configure Chispa here: people who manage the server, or have the role those people chose.
 * Discord only hides commands from others; this is the check.
 */
export function isModerator(interaction: BaseInteraction, settings: GuildSettings): boolean {
  if (!interaction.inGuild() || homeGuild(interaction) === null) return false;
  if (interaction.memberPermissions.has(PermissionFlagsBits.ManageGuild)) return true;
  const { moderatorRoleId } = settings;
  if (!moderatorRoleId) return false;
  const { roles } = interaction.member;
  return interaction.member instanceof GuildMember
    ? interaction.member.roles.cache.has(moderatorRoleId)
    : Array.isArray(roles) && roles.includes(moderatorRoleId);
}

/** The guild of a moderator's interaction. Throws a `Refusal` outside a guild that added Chispa, or for anybody else. */
export function requireModerator(interaction: BaseInteraction, settings: SettingsCache): string {
  const guildId = requireGuild(interaction);
  if (!isModerator(interaction, settings.of(guildId))) throw new Refusal((m) => m.refusal.moderatorsOnly);
  return guildId;
}
