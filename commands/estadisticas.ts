import { InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { requireGuild } from '../src/bot/place.ts';
import { statistics } from '../src/db/statistics.ts';
import { described } from '../src/discord/localized.ts';
import { statisticsMessage } from '../src/discord/ranking-message.ts';

export default {
  data: described(new SlashCommandBuilder(), (m) => m.estadisticas).setContexts(InteractionContextType.Guild),

  async execute(interaction, { store, messages }) {
    const guildId = requireGuild(interaction);
    await interaction.deferReply();
    const figures = await statistics(store.db, guildId);
    await interaction.editReply(await statisticsMessage(figures, interaction.locale, messages));
  },
} satisfies SlashCommand;
