import { type APIMessage, MessageFlags, type RawFile, type REST, Routes } from 'discord.js';
import type { Person } from '../db/request-shape.ts';
import type { MessageBody } from './joke-message.ts';

/** The answer to an interaction. For 15 minutes any process that has its token can edit it. */
export interface Reply {
  /** Edits the answer (for a button, the message it is on). Rejects with `DiscordAPIError` or a network error. */
  edit(body: MessageBody): Promise<APIMessage>;
  /** Deletes the answer. */
  remove(): Promise<void>;
  /** A further message below the answer, one for each interaction. */
  followUp(body: MessageBody): Promise<APIMessage>;
  /** A further message, with files, that only the person who asked sees; one for each interaction. */
  whisper(body: MessageBody, files?: RawFile[]): Promise<APIMessage>;
}

/** `signal` aborts an edit that Discord's rate limits delay too long. */
export function replyTo(
  rest: REST,
  { id, applicationId, token }: Person['interaction'],
  signal?: AbortSignal,
): Reply {
  const options = { auth: false, ...(signal && { signal }) };
  // The nonce ensures that a message that is sent again, because the first answer was lost, is there only once.
  const post = async (body: MessageBody, nonce: string, files: RawFile[] = []) =>
    (await rest.post(Routes.webhook(applicationId, token), {
      body: { ...body, nonce, enforce_nonce: true },
      files,
      ...options,
    })) as APIMessage;
  return {
    // Discord responds to both with the message; `rest` types every body as unknown.
    edit: async (body) =>
      (await rest.patch(Routes.webhookMessage(applicationId, token), { body, ...options })) as APIMessage,
    remove: async () => void (await rest.delete(Routes.webhookMessage(applicationId, token), options)),
    followUp: (body) => post(body, id),
    whisper: (body, files) => post({ ...body, flags: MessageFlags.Ephemeral }, `${id}w`, files),
  };
}
