import { findJoke } from '../../db/jokes.ts';
import { clearReports, hideJoke, report } from '../../db/reports.ts';
import { hiddenMessage, NO_MENTIONS } from '../../discord/joke-message.ts';
import { messagesFor } from '../../discord/messages/index.ts';
import { replyTo } from '../../discord/reply.ts';
import { REPORT_REASON, reportModal, resolvedReportMessage } from '../../discord/report-message.ts';
import { visible } from '../../discord/text.ts';
import { requireModerator } from '../moderators.ts';
import { homeGuild, isGuest } from '../place.ts';
import { demandHere } from '../pressed.ts';
import { refuseGone } from '../refusal.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler, ModalHandler } from './handler.ts';

/** "Reportar": asks for the reason. */
export const openReport: ButtonHandler<'report'> = (interaction, { joke }) =>
  interaction.showModal(reportModal(joke, messagesFor(interaction.locale))).then(() => {});

/**
 * The report itself: counts once per person and goes to the moderators (if none can be reached, the reporter is
 * promised nothing about them); the third report hides the joke.
 */
export const submitReport: ModalHandler<'report'> = async (interaction, { joke: id }, services) => {
  const { store, voter, board, moderatorLog } = services;
  const m = messagesFor(interaction.locale);
  // Where the bot is no member, only this interaction can change the message.
  const onMessage = isGuest(interaction) && interaction.isFromMessage();
  if (onMessage) await interaction.deferUpdate();
  else await interaction.deferReply({ flags: 'Ephemeral' });
  const joke = await shownJoke(store.db, id, interaction);
  const reason = visible(interaction.fields.getTextInputValue(REPORT_REASON)).trim() || null;
  const result = await report(store.db, {
    jokeId: id,
    reporter: voter(interaction.user.id),
    reason,
  }).catch(refuseGone);
  if (result.hiddenNow) await board.refreshEverywhere(id);
  if (result.hiddenNow && onMessage)
    await replyTo(interaction.client.rest, interaction).edit(hiddenMessage(messagesFor(joke.locale)));
  const guildId = homeGuild(interaction);
  const { message } = interaction;
  const state = { reason, ...result, url: message?.url ?? null };
  const isHeard = guildId !== null && (await moderatorLog.report(guildId, joke, state));
  const unheard = guildId === null ? m.report.thanksElsewhere : m.report.thanksUnheard;
  const thanks = isHeard ? m.report.thanks : unheard;
  const answer = {
    content: result.hiddenNow ? m.report.thanksHidden : thanks,
    allowedMentions: NO_MENTIONS,
  };
  await (onMessage ? interaction.followUp({ ...answer, flags: 'Ephemeral' }) : interaction.editReply(answer));
};

/** "Ocultar" in the moderators' log. */
export const hide: ButtonHandler<'hide'> = async (interaction, { joke }, { store, settings, board }) => {
  requireModerator(interaction, settings);
  await interaction.deferUpdate();
  demandHere(interaction, await findJoke(store.db, joke));
  await hideJoke(store.db, joke).catch(refuseGone);
  await board.refreshEverywhere(joke);
  await replyTo(interaction.client.rest, interaction).edit(resolvedReportMessage(interaction, 'hiddenBy'));
};

/** "No pasa nada" in the moderators' log: the reports so far no longer count. */
export const clear: ButtonHandler<'clear'> = async (interaction, { joke }, { store, settings, board }) => {
  requireModerator(interaction, settings);
  await interaction.deferUpdate();
  demandHere(interaction, await findJoke(store.db, joke));
  await clearReports(store.db, joke).catch(refuseGone);
  await board.refreshEverywhere(joke);
  await replyTo(interaction.client.rest, interaction).edit(resolvedReportMessage(interaction, 'clearedBy'));
};
