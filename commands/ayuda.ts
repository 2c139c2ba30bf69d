import { EmbedBuilder, MessageFlags, SlashCommandBuilder } from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { described } from '../src/discord/localized.ts';

const COLOUR = 0xf2c14e;

export default {
  data: described(new SlashCommandBuilder(), (m) => m.ayuda),

  async execute(interaction, { messages: { help } }) {
    const embed = new EmbedBuilder()
      .setTitle(help.title)
      .setDescription([help.intro, '', ...help.lines].join('\n'))
      .setFooter({ text: help.footer })
      .setColor(COLOUR);
    await interaction.reply({ embeds: [embed], flags: MessageFlags.Ephemeral });
  },
} satisfies SlashCommand;
