import {
  ApplicationCommandType,
  ContextMenuCommandBuilder,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
} from 'discord.js';
import type { MessageCommand } from '../src/bot/command.ts';
import { requireModerator } from '../src/bot/moderators.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { findJokeByMessage } from '../src/db/jokes.ts';
import { hideJoke } from '../src/db/reports.ts';
import { named } from '../src/discord/localized.ts';

/** "Ocultar chiste" in a message's menu: a moderator hides one of our jokes, which is then never learned from. */
export default {
  data: named(new ContextMenuCommandBuilder(), (m) => m.ocultarMensaje)
    .setType(ApplicationCommandType.Message)
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .setContexts(InteractionContextType.Guild),

  async executeOnMessage(interaction, { store, settings, board, messages: m }) {
    requireModerator(interaction, settings);
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const joke = await findJokeByMessage(store.db, interaction.targetMessage.id);
    if (!joke || joke.state === 'deleted' || joke.guildId !== interaction.guildId)
      throw new Refusal((m) => m.refusal.notMyJoke);
    await hideJoke(store.db, joke.id);
    await board.refreshEverywhere(joke.id);
    await interaction.editReply(m.report.nowHidden);
  },
} satisfies MessageCommand;
