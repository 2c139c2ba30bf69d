import { type APIMessage, MessageFlags, type RawFile, type REST, Routes } from 'discord.js';
import type { ChispaRequest, Person } from '../db/request-shape.ts';
import { type MessageBody, sentenceMessage } from './joke-message.ts';
import { type Messages, messagesFor } from './messages/index.ts';

/** The answer to an interaction. For 15 minutes any process that has its token can edit it. */
export interface Reply {
  /** Edits the answer (for a button, the message it is on). Rejects with `DiscordAPIError` or a network error. */
  edit(body: MessageBody): Promise<APIMessage>;
  /** A further message below the answer. */
  followUp(body: MessageBody): Promise<APIMessage>;
  /** A further message, with files, that only the person who asked sees. */
  whisper(body: MessageBody, files?: RawFile[]): Promise<APIMessage>;
}

/** `signal` aborts an edit that Discord's rate limits delay too long. */
export function replyTo(
  rest: REST,
  { applicationId, token }: Pick<Person['interaction'], 'applicationId' | 'token'>,
  signal?: AbortSignal,
): Reply {
  const options = { auth: false, ...(signal && { signal }) };
  const post = async (body: MessageBody, files: RawFile[] = []) =>
    (await rest.post(Routes.webhook(applicationId, token), { body, files, ...options })) as APIMessage;
  return {
    // Discord responds to both with the message; `rest` types every body as unknown.
    edit: async (body) =>
      (await rest.patch(Routes.webhookMessage(applicationId, token), { body, ...options })) as APIMessage,
    followUp: (body) => post(body),
    whisper: (body, files) => post({ ...body, flags: MessageFlags.Ephemeral }, files),
  };
}

/**
 * Tells the person who asked, in place of the answer. For a preview, in a message below; for the joke of the day,
 * nobody is told.
 */
export async function sayInstead(
  rest: REST,
  { kind, by, locale }: ChispaRequest,
  say: (m: Messages) => string,
): Promise<void> {
  if (by.kind === 'day') return;
  const reply = replyTo(rest, by.interaction);
  const body = sentenceMessage(say(messagesFor(locale)));
  await (kind === 'preview' ? reply.whisper(body) : reply.edit(body));
}
