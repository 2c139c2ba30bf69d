import { InteractionContextType, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { requireGuild } from '../src/bot/place.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { judgeRecord } from '../src/db/expected.ts';
import { statistics, together } from '../src/db/statistics.ts';
import { described } from '../src/discord/localized.ts';
import { statisticsMessage } from '../src/discord/ranking-message.ts';

export default {
  data: described(new SlashCommandBuilder(), (m) => m.estadisticas).setContexts(InteractionContextType.Guild),

  async execute(interaction, { store, messages }) {
    const guildId = requireGuild(interaction);
    await interaction.deferReply();
    const figures = await statistics(store.db, guildId);
    if (together(figures).jokes === 0) throw new Refusal((m) => m.statistics.nothing);
    const record = await judgeRecord(store.db, guildId);
    await interaction.editReply(await statisticsMessage(figures, record, messages));
  },
} satisfies SlashCommand;
