import { InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { statistics } from '../src/db/statistics.ts';
import { described } from '../src/discord/localized.ts';
import { statisticsMessage } from '../src/discord/ranking-message.ts';

export default {
  data: described(new SlashCommandBuilder(), (m) => m.estadisticas).setContexts(InteractionContextType.Guild),

  async execute(interaction, { store, messages }) {
    if (!interaction.guildId) throw new Refusal((m) => m.refusal.guildOnly);
    await interaction.deferReply();
    const figures = await statistics(store.db, interaction.guildId);
    await interaction.editReply(await statisticsMessage(figures, interaction.locale, messages));
  },
} satisfies SlashCommand;
