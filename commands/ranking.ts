import { InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { requireGuild } from '../src/bot/place.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { type Period, ranking } from '../src/db/ranking.ts';
import { choiceNames, described } from '../src/discord/localized.ts';
import { rankingMessage } from '../src/discord/ranking-message.ts';

const PERIODS: readonly Period[] = ['week', 'month', 'ever'];

export default {
  data: described(new SlashCommandBuilder(), (m) => m.ranking)
    .setContexts(InteractionContextType.Guild)
    .addStringOption((option) =>
      described(option, (m) => m.ranking.options.periodo).addChoices(
        PERIODS.map((period) => ({ ...choiceNames((m) => m.periods[period]), value: period })),
      ),
    ),

  async execute(interaction, { store, messages }) {
    const guildId = requireGuild(interaction);
    const asked = interaction.options.getString('periodo');
    const period = PERIODS.find((known) => known === asked) ?? 'week';
    await interaction.deferReply();
    const best = await ranking(store.db, guildId, period);
    if (best.length === 0) throw new Refusal((m) => m.ranking.empty);
    await interaction.editReply(rankingMessage(best, period, messages));
  },
} satisfies SlashCommand;
