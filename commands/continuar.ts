import { SlashCommandBuilder } from 'discord.js';
import { continuable, TEXT_LENGTH } from '../src/bot/ask.ts';
import type { SlashCommand } from '../src/bot/command.ts';
import { anywhere, described } from '../src/discord/localized.ts';

export default {
  data: anywhere(described(new SlashCommandBuilder(), (m) => m.continuar)).addStringOption((option) =>
    described(option, (m) => m.continuar.options.texto)
      .setRequired(true)
      .setMaxLength(TEXT_LENGTH),
  ),

  async execute(interaction, { ask }) {
    const text = continuable(interaction.options.getString('texto') ?? '', interaction);
    await ask(interaction, { kind: 'continue', from: { text } });
  },
} satisfies SlashCommand;
