import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  EmbedBuilder,
  MessageFlags,
  SlashCommandBuilder,
} from 'discord.js';
import type { SlashCommand } from '../src/bot/command.ts';
import { customId } from '../src/discord/custom-id.ts';
import { described } from '../src/discord/localized.ts';

const COLOUR = 0x8d99ae;

export default {
  data: described(new SlashCommandBuilder(), (m) => m.privacidad),

  async execute(interaction, { messages: m }) {
    const embed = new EmbedBuilder()
      .setTitle(m.privacy.title)
      .setDescription(m.privacy.kept.join('\n'))
      .setColor(COLOUR);
    const button = (action: 'export' | 'forget', style: ButtonStyle) =>
      new ButtonBuilder().setCustomId(customId(action)).setLabel(m.buttons[action]).setStyle(style);
    const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
      button('export', ButtonStyle.Secondary),
      button('forget', ButtonStyle.Danger),
    );
    await interaction.reply({ embeds: [embed], components: [row], flags: MessageFlags.Ephemeral });
  },
} satisfies SlashCommand;
