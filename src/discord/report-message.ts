import {
  ActionRowBuilder,
  ButtonBuilder,
  type ButtonInteraction,
  ButtonStyle,
  EmbedBuilder,
  LabelBuilder,
  ModalBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import { customId } from './custom-id.ts';
import { messagesForGuild } from './guild-language.ts';
import { type MessageBody, NO_MENTIONS } from './joke-message.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal } from './text.ts';

const COLOR = 0xd62839;

export interface ReportState {
  reason: string | null;
  reports: number;
  hidden: boolean;
  /** The link to the reported message. */
  url: string | null;
}

/** The modal field with what the person wrote. */
export const REPORT_REASON = 'reason';
const REASON_LENGTH = 400;

/** Asks why a joke is reported. */
export function reportModal(jokeId: string, m: Messages): ModalBuilder {
  const input = new TextInputBuilder()
    .setCustomId(REPORT_REASON)
    .setStyle(TextInputStyle.Paragraph)
    .setPlaceholder(m.report.placeholder)
    .setMaxLength(REASON_LENGTH)
    .setRequired(false);
  return new ModalBuilder()
    .setCustomId(customId('report', jokeId))
    .setTitle(m.report.title)
    .addLabelComponents(new LabelBuilder().setLabel(m.report.reason).setTextInputComponent(input));
}

/** A reported joke for a guild's moderators, with buttons to act on it. */
export function reportMessage(
  joke: Joke,
  { reason, reports, hidden, url }: ReportState,
  m: Messages,
): MessageBody {
  const embed = new EmbedBuilder()
    .setTitle(m.report.logTitle)
    .setURL(url)
    .setDescription(clip(literal(joke.text), 2000))
    .addFields({ name: m.report.logReports(reports), value: hidden ? m.report.logHidden : '\u200b' })
    .setColor(COLOR);
  if (reason) embed.addFields({ name: m.report.logReason, value: clip(literal(reason), 1000) });
  const button = (action: 'hide' | 'clear', style: ButtonStyle) =>
    new ButtonBuilder().setCustomId(customId(action, joke.id)).setLabel(m.buttons[action]).setStyle(style);
  const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
    button('hide', ButtonStyle.Danger).setDisabled(hidden),
    button('clear', ButtonStyle.Secondary),
  );
  return { embeds: [embed.toJSON()], components: [row.toJSON()], allowed_mentions: NO_MENTIONS };
}

/** The same message after a moderator decided: without buttons, with the moderator's name. */
export function resolvedReportMessage(
  interaction: ButtonInteraction,
  decision: 'hiddenBy' | 'clearedBy',
): MessageBody {
  const m = messagesForGuild(interaction.guild);
  const [embed] = interaction.message.embeds;
  const shown = EmbedBuilder.from(embed?.data ?? {}).setFooter({
    text: m.report[decision](interaction.user.displayName),
  });
  return { embeds: [shown.toJSON()], components: [], allowed_mentions: NO_MENTIONS };
}
