import { randomBytes } from 'node:crypto';
import { DiscordAPIError, MessageFlags, RESTJSONErrorCodes, type RepliableInteraction } from 'discord.js';
import type { Messages } from '../discord/messages/index.ts';
import type { Logger } from '../lib/log.ts';
import { Refusal } from './refusal.ts';

/** Nobody can be told: the interaction has expired or is unknown, or the message or channel is gone. */
const UNANSWERABLE: unknown[] = [
  RESTJSONErrorCodes.UnknownInteraction,
  RESTJSONErrorCodes.UnknownWebhook,
  RESTJSONErrorCodes.InvalidWebhookToken,
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
];

const BLOCKED = RESTJSONErrorCodes.MessageWasBlockedByAutomaticModeration;

/**
 * The only error handler for interactions: tells the person privately what went wrong, with a code that is also in the
 * log, in whatever way the interaction still allows. Never throws.
 */
export async function answerError(
  interaction: RepliableInteraction,
  error: unknown,
  messages: Messages,
  log: Logger,
): Promise<void> {
  if (error instanceof DiscordAPIError && UNANSWERABLE.includes(error.code)) {
    log.warn(
      { interaction: interaction.id, code: error.code, url: error.url },
      'Discord no longer accepts this answer',
    );
    return;
  }
  if (error instanceof DiscordAPIError && error.code === BLOCKED) {
    log.warn({ interaction: interaction.id }, 'the AutoMod of a guild has blocked an answer');
    return answerError(interaction, new Refusal((m) => m.failure.blocked), messages, log);
  }
  const code = randomBytes(3).toString('hex');
  if (!(error instanceof Refusal))
    log.error({ err: error, code, interaction: interaction.id }, 'interaction failed');
  const content = error instanceof Refusal ? error.say(messages) : messages.failure.internal(code);
  try {
    await sayPrivately(interaction, content);
  } catch (failed) {
    log.warn({ err: failed, code, interaction: interaction.id }, 'could not tell the person about the error');
  }
}

/**
 * Replied, or deferred on an existing message → follow-up; deferred → an edit of the placeholder, or a follow-up instead
 * if everybody would see it; otherwise a reply.
 */
async function sayPrivately(interaction: RepliableInteraction, content: string): Promise<void> {
  const allowedMentions = { parse: [] };
  // `ephemeral` is null for a modal that answers with an update of the message it came from.
  const isUpdate =
    interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.ephemeral === null);
  if (interaction.replied || (interaction.deferred && isUpdate)) {
    await interaction.followUp({ content, flags: MessageFlags.Ephemeral, allowedMentions });
  } else if (interaction.deferred && !interaction.ephemeral) {
    await interaction.deleteReply();
    await interaction.followUp({ content, flags: MessageFlags.Ephemeral, allowedMentions });
  } else if (interaction.deferred) {
    await interaction.editReply({ content, embeds: [], components: [], allowedMentions });
  } else {
    await interaction.reply({ content, flags: MessageFlags.Ephemeral, allowedMentions });
  }
}
