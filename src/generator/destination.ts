import { type APIMessage, MessageFlags, type RawFile, type REST, Routes } from 'discord.js';
import type { ChispaRequest } from '../db/requests.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import { type Reply, replyTo } from '../discord/reply.ts';

/** Where the answer to a request goes. */
export interface Destination extends Reply {
  /** Whether people watch the answer grow; the joke of the day appears whole. */
  streams: boolean;
}

/** The reply to the request's interaction, or a new message in its channel; undefined once the request is closed. */
export function destinationOf(rest: REST, request: ChispaRequest): Destination | undefined {
  if (request.interaction) return { ...replyTo(rest, request.interaction), streams: true };
  if (request.userId !== null || request.status !== 'running') return undefined;
  const post = async (body: MessageBody) =>
    // Discord answers with the message; the nonce makes an attempt that is repeated post it once.
    (await rest.post(Routes.channelMessages(request.channelId), {
      body: { ...body, nonce: request.id.replaceAll('-', '').slice(0, 25), enforce_nonce: true },
    })) as APIMessage;
  return { edit: post, followUp: post, streams: false };
}

/** A private message below the answer, with files. */
export async function whisper(
  rest: REST,
  { applicationId, token }: { applicationId: string; token: string },
  body: MessageBody,
  files: RawFile[] = [],
): Promise<void> {
  await rest.post(Routes.webhook(applicationId, token), {
    body: { ...body, flags: MessageFlags.Ephemeral },
    files,
    auth: false,
  });
}
