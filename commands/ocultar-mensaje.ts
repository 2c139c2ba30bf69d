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
import { findDuelByMessage } from '../src/db/duels.ts';
import { hideJoke } from '../src/db/reports.ts';
import { findJokeByMessage } from '../src/db/tellings.ts';
import { named } from '../src/discord/localized.ts';

/**
 * "Ocultar chiste" in a message's menu: a moderator hides one of our jokes, or both of a duel; it is then never learned
 * from.
 */
export default {
  data: named(new ContextMenuCommandBuilder(), (m) => m.ocultarMensaje)
    .setType(ApplicationCommandType.Message)
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .setContexts(InteractionContextType.Guild),

  async executeOnMessage(interaction, { store, settings, board, messages: m }) {
    requireModerator(interaction, settings);
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const { id: messageId } = interaction.targetMessage;
    const [joke, duel] = [
      await findJokeByMessage(store.db, messageId),
      await findDuelByMessage(store.db, messageId),
    ];
    const told = (joke ? [joke] : duel ? [duel.a, duel.b] : []).filter(
      ({ state, guildId }) => state !== 'deleted' && guildId === interaction.guildId,
    );
    if (told.length === 0) throw new Refusal((m) => m.refusal.notMyJoke);
    for (const { id } of told) {
      await hideJoke(store.db, id);
      await board.refreshEverywhere(id);
    }
    await interaction.editReply(told.length > 1 ? m.report.nowHiddenBoth : m.report.nowHidden);
  },
} satisfies MessageCommand;
