import { MessageFlags, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { homeGuild } from '../src/bot/place.ts';
import { helpMessage } from '../src/discord/help-message.ts';
import { anywhere, described } from '../src/discord/localized.ts';

export default {
  data: anywhere(described(new SlashCommandBuilder(), (m) => m.ayuda)),

  async execute(interaction, { messages }) {
    const inGuild = homeGuild(interaction) !== null;
    await interaction.reply({ ...helpMessage(messages, { inGuild }), flags: MessageFlags.Ephemeral });
  },
} satisfies SlashCommand;
