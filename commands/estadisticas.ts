import { AttachmentBuilder, EmbedBuilder, InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { statistics } from '../src/db/statistics.ts';
import { renderStatistics } from '../src/discord/charts/statistics.ts';
import { described } from '../src/discord/localized.ts';

const COLOUR = 0x3a86ff;
const CHART = 'chispa.png';

export default {
  data: described(new SlashCommandBuilder(), (m) => m.estadisticas).setContexts(InteractionContextType.Guild),

  async execute(interaction, { store, messages: m }) {
    if (!interaction.guildId) throw new Refusal((m) => m.refusal.guildOnly);
    await interaction.deferReply();
    const { jokes, votes, mean, weeks, models } = await statistics(store.db, interaction.guildId);
    const embed = new EmbedBuilder()
      .setTitle(m.statistics.title)
      .setDescription(m.statistics.summary(jokes, votes, mean))
      .setColor(COLOUR);
    if (votes === 0) {
      await interaction.editReply({ embeds: [embed.setFooter({ text: m.statistics.empty })] });
      return;
    }
    const chart = await renderStatistics({
      weeks,
      models,
      locale: interaction.locale,
      texts: m.statistics.chart,
    });
    const files = [new AttachmentBuilder(chart, { name: CHART })];
    await interaction.editReply({ embeds: [embed.setImage(`attachment://${CHART}`)], files });
  },
} satisfies SlashCommand;
