import { EmbedBuilder, InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { type Period, ranking } from '../src/db/ranking.ts';
import { choiceNames, described } from '../src/discord/localized.ts';
import { clip, literal } from '../src/discord/text.ts';

const PERIODS: readonly Period[] = ['week', 'month', 'ever'];
const COLOUR = 0xf2c14e;
const LINE_LENGTH = 300;

export default {
  data: described(new SlashCommandBuilder(), (m) => m.ranking)
    .setContexts(InteractionContextType.Guild)
    .addStringOption((option) =>
      described(option, (m) => m.ranking.options.periodo).addChoices(
        PERIODS.map((period) => ({ ...choiceNames((m) => m.periods[period]), value: period })),
      ),
    ),

  async execute(interaction, { store, messages: m }) {
    if (!interaction.guildId) throw new Refusal((m) => m.refusal.guildOnly);
    const asked = interaction.options.getString('periodo');
    const period = PERIODS.find((known) => known === asked) ?? 'week';
    await interaction.deferReply();
    const best = await ranking(store.db, interaction.guildId, period);
    const lines = best.map(({ joke, tally, score }, index) => {
      const given = joke.prompt.kind === 'continue' ? (joke.prompt.text ?? '') : '';
      const text = clip(literal(`${given}${joke.text}`.replace(/\s+/g, ' ').trim()), LINE_LENGTH);
      return `${m.ranking.line(index + 1, score, tally.votes)}\n${text}`;
    });
    const embed = new EmbedBuilder()
      .setTitle(m.ranking.title[period])
      .setDescription(lines.join('\n\n') || m.ranking.empty)
      .setColor(COLOUR);
    if (lines.length > 0) embed.setFooter({ text: m.ranking.explain });
    await interaction.editReply({ embeds: [embed] });
  },
} satisfies SlashCommand;
