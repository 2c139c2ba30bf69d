import { MessageFlags, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { helpMessage } from '../src/discord/help-message.ts';
import { described } from '../src/discord/localized.ts';

export default {
  data: described(new SlashCommandBuilder(), (m) => m.ayuda),

  async execute(interaction, { messages }) {
    await interaction.reply({ ...helpMessage(messages), flags: MessageFlags.Ephemeral });
  },
} satisfies SlashCommand;
