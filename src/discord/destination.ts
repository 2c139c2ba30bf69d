import { type APIMessage, type REST, Routes } from 'discord.js';
import type { JokeRequest, RequestOf } from '../db/request-shape.ts';
import type { MessageBody } from '../discord/joke-message.ts';
import { type Reply, replyTo } from '../discord/reply.ts';
import { ChispaError } from '../lib/errors.ts';

/** Where a joke or a duel is written to. */
export interface Destination extends Pick<Reply, 'edit' | 'followUp'> {
  /** Whether people watch the text grow. The joke of the day appears all at once. */
  streams: boolean;
}

/** The reply to the request's interaction, or a new message in its channel. */
export function destinationOf(
  rest: REST,
  { id, by, channelId }: JokeRequest | RequestOf<'duel'>,
): Destination {
  if (by.kind === 'person') return { ...replyTo(rest, by.interaction), streams: true };
  if (channelId === null) throw new ChispaError('request-damaged', `Request ${id} has no channel.`);
  const post = async (body: MessageBody) =>
    // Discord responds with the message. The nonce ensures that a retried attempt posts it only once.
    (await rest.post(Routes.channelMessages(channelId), {
      body: { ...body, nonce: id.replaceAll('-', '').slice(0, 25), enforce_nonce: true },
    })) as APIMessage;
  return { edit: post, followUp: post, streams: false };
}
