import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { clearReports, hideJoke, report } from '../../db/reports.ts';
import { customId } from '../../discord/custom-id.ts';
import { NO_MENTIONS } from '../../discord/joke-message.ts';
import { messagesFor } from '../../discord/messages/index.ts';
import { replyTo } from '../../discord/reply.ts';
import { resolvedReportMessage } from '../../discord/report-message.ts';
import { visible } from '../../discord/text.ts';
import { requireModerator } from '../moderators.ts';
import { refuseGone } from '../refusal.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler, ModalHandler } from './index.ts';

const REASON = 'reason';
const REASON_LENGTH = 400;

/** "Reportar": asks for the reason. */
export const openReport: ButtonHandler<'report'> = async (interaction, { joke }) => {
  const m = messagesFor(interaction.locale);
  const input = new TextInputBuilder()
    .setCustomId(REASON)
    .setStyle(TextInputStyle.Paragraph)
    .setPlaceholder(m.report.placeholder)
    .setMaxLength(REASON_LENGTH)
    .setRequired(false);
  await interaction.showModal(
    new ModalBuilder()
      .setCustomId(customId('report', joke))
      .setTitle(m.report.title)
      .addLabelComponents(new LabelBuilder().setLabel(m.report.reason).setTextInputComponent(input)),
  );
};

/** The report itself: counted once a person, told to the moderators; the third one hides the joke. */
export const submitReport: ModalHandler<'report'> = async (interaction, { joke: id }, services) => {
  const { store, voter, board, moderatorLog } = services;
  const m = messagesFor(interaction.locale);
  await interaction.deferReply({ flags: 'Ephemeral' });
  const joke = await shownJoke(store.db, id, interaction);
  const reason = visible(interaction.fields.getTextInputValue(REASON)).trim() || null;
  const result = await report(store.db, {
    jokeId: id,
    reporter: voter(interaction.user.id),
    reason,
  }).catch(refuseGone);
  if (result.hiddenNow) await board.refreshEverywhere(id);
  await interaction.editReply({
    content: result.hiddenNow ? m.report.thanksHidden : m.report.thanks,
    allowedMentions: NO_MENTIONS,
  });
  if (interaction.guildId) await moderatorLog.report(interaction.guildId, joke, { reason, ...result });
};

/** "Ocultar" in the moderators' log. */
export const hide: ButtonHandler<'hide'> = async (interaction, { joke }, { store, settings, board }) => {
  requireModerator(interaction, settings.of(interaction.guildId));
  await interaction.deferUpdate();
  await hideJoke(store.db, joke).catch(refuseGone);
  await board.refreshEverywhere(joke);
  await replyTo(interaction.client.rest, interaction).edit(resolvedReportMessage(interaction, 'hiddenBy'));
};

/** "No pasa nada" in the moderators' log: the reports so far count no more. */
export const clear: ButtonHandler<'clear'> = async (interaction, { joke }, { store, settings, board }) => {
  requireModerator(interaction, settings.of(interaction.guildId));
  await interaction.deferUpdate();
  await clearReports(store.db, joke).catch(refuseGone);
  await board.refreshEverywhere(joke);
  await replyTo(interaction.client.rest, interaction).edit(resolvedReportMessage(interaction, 'clearedBy'));
};
