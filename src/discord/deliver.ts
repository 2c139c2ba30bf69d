import { setTimeout as delay } from 'node:timers/promises';
import { type APIMessage, DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';
import type { MessageBody } from '../discord/joke-message.ts';
import type { PacedEdits } from '../discord/paced-edits.ts';
import type { Reply } from '../discord/reply.ts';

/** Pauses between attempts to finish a reply while Discord has trouble; discord.js has already tried quick retries. */
const PAUSES_MS = [500, 2000, 5000];

/**
 * What became of a message: shown; blocked by the guild's AutoMod; refused for its form or for want of a permission; or
 * gone, where nothing can be shown any more because the reply was deleted or its token has run out.
 */
export type Delivery =
  | { outcome: 'shown'; message: APIMessage }
  | { outcome: 'blocked' | 'refused' | 'gone'; code: number | string };

/**
 * Brings the final message to whoever asked: as the last edit of the reply, again after a pause when Discord fails,
 * and as a follow-up when the edit cannot be had. Rejects when Discord fails in all of it.
 */
export async function deliver(
  edits: PacedEdits<MessageBody, APIMessage>,
  reply: Pick<Reply, 'edit' | 'followUp'>,
  body: MessageBody,
  signal: AbortSignal,
): Promise<Delivery> {
  const attempts = [
    () => edits.last(body),
    ...PAUSES_MS.map(() => () => reply.edit(body)),
    () => reply.followUp(body),
  ];
  let failure: unknown;
  for (const [attempt, send] of attempts.entries()) {
    const pause = PAUSES_MS[attempt - 1];
    if (pause !== undefined) await delay(pause, undefined, { signal });
    try {
      return { outcome: 'shown', message: await send() };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) return refusal;
      failure = error;
    }
  }
  throw failure;
}

const GONE: unknown[] = [401, 404]; // the token has run out; the message, the webhook or the channel is no more

/** Discord understood and said no (400–404): asking for the same again gives the same answer. */
function refusalOf(error: unknown): Exclude<Delivery, { outcome: 'shown' }> | undefined {
  if (!(error instanceof DiscordAPIError) || error.status < 400 || error.status >= 429) return undefined;
  const { code, status } = error;
  if (code === RESTJSONErrorCodes.MessageWasBlockedByAutomaticModeration) return { outcome: 'blocked', code };
  const isGone = GONE.includes(status) || code === RESTJSONErrorCodes.InvalidWebhookToken;
  return { outcome: isGone ? 'gone' : 'refused', code };
}
