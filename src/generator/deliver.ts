import { setTimeout as delay } from 'node:timers/promises';
import { type APIMessage, DiscordAPIError } from 'discord.js';
import type { MessageBody } from '../discord/joke-message.ts';
import type { PacedEdits } from '../discord/paced-edits.ts';
import type { Reply } from '../discord/reply.ts';

/** Pauses between attempts to finish a reply while Discord is failing. discord.js has already made quick retries. */
const PAUSES_MS = [500, 2000, 5000];

/**
 * Delivers the final message: as the last edit of the reply, retried after a pause when Discord fails, and as a
 * follow-up when the edit is impossible. Resolves to the message, or to undefined when the reply was deleted or the
 * token has expired, since retrying cannot help then.
 */
export async function deliver(
  edits: PacedEdits<MessageBody, APIMessage>,
  reply: Pick<Reply, 'edit' | 'followUp'>,
  body: MessageBody,
  signal: AbortSignal,
): Promise<APIMessage | undefined> {
  const attempts = [() => edits.last(body), ...PAUSES_MS.map(() => () => reply.edit(body))];
  let failure: unknown;
  for (const [attempt, edit] of attempts.entries()) {
    if (attempt > 0) await delay(PAUSES_MS[attempt - 1], undefined, { signal });
    try {
      return await edit();
    } catch (error) {
      if (isFinal(error)) return undefined;
      failure = error;
    }
  }
  try {
    return await reply.followUp(body);
  } catch (error) {
    if (isFinal(error)) return undefined;
    throw failure;
  }
}

/** Discord understood and refused (400–404): retrying would give the same response. */
const isFinal = (error: unknown): boolean =>
  error instanceof DiscordAPIError && error.status >= 400 && error.status < 429;
