import { MessageFlags, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { privacyMessage } from '../src/discord/help-message.ts';
import { anywhere, described } from '../src/discord/localized.ts';

export default {
  data: anywhere(described(new SlashCommandBuilder(), (m) => m.privacidad)),

  async execute(interaction, { messages }) {
    await interaction.reply({ ...privacyMessage(messages), flags: MessageFlags.Ephemeral });
  },
} satisfies SlashCommand;
