import { type APIMessage, MessageFlags, type RawFile, type REST, Routes } from 'discord.js';
import type { ChispaRequest, Person } from '../db/request-shape.ts';
import { type MessageBody, sentenceMessage } from './joke-message.ts';
import { type Messages, messagesFor } from './messages/index.ts';

/** The answer to an interaction. Its token alone opens it for 15 minutes, whichever process holds it. */
export interface Reply {
  /** Edits the answer (of a button: the message it sits on). Rejects with `DiscordAPIError` or a network error. */
  edit(body: MessageBody): Promise<APIMessage>;
  /** A further message below the answer. */
  followUp(body: MessageBody): Promise<APIMessage>;
  /** A further message that only whoever asked sees, with files. */
  whisper(body: MessageBody, files?: RawFile[]): Promise<APIMessage>;
}

/** `signal` gives an edit up that Discord's rate limits hold back too long. */
export function replyTo(
  rest: REST,
  { applicationId, token }: Pick<Person['interaction'], 'applicationId' | 'token'>,
  signal?: AbortSignal,
): Reply {
  const options = { auth: false, ...(signal && { signal }) };
  const post = async (body: MessageBody, files: RawFile[] = []) =>
    (await rest.post(Routes.webhook(applicationId, token), { body, files, ...options })) as APIMessage;
  return {
    // Discord answers both with the message; `rest` types every body as unknown.
    edit: async (body) =>
      (await rest.patch(Routes.webhookMessage(applicationId, token), { body, ...options })) as APIMessage,
    followUp: (body) => post(body),
    whisper: (body, files) => post({ ...body, flags: MessageFlags.Ephemeral }, files),
  };
}

/** Tells whoever asked, instead of the answer: nobody of the joke of the day; of a preview below what it is about. */
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
