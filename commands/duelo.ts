import { SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { homeGuild } from '../src/bot/place.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { anywhere, described } from '../src/discord/localized.ts';

export default {
  data: anywhere(described(new SlashCommandBuilder(), (m) => m.duelo)),

  async execute(interaction, { ask }) {
    if (homeGuild(interaction) === null) throw new Refusal((m) => m.duel.inGuild);
    await ask(interaction, { kind: 'duel' });
  },
} satisfies SlashCommand;
