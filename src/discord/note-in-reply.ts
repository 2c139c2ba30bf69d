import { DiscordAPIError, type REST } from 'discord.js';
import type { Database } from '../db/connect.ts';
import type { Person } from '../db/request-shape.ts';
import { releaseReply } from '../db/waiting.ts';
import type { Logger } from '../lib/log.ts';
import { sentenceMessage } from './joke-message.ts';
import { replyTo } from './reply.ts';

/** Far shorter than a reply is held. */
const EDIT_TIMEOUT_MS = 2000;

/**
 * Writes a sentence into the reply of a queued request that was claimed with `holdReplies`, and releases it. Never throws
 * for Discord's sake.
 */
export async function noteInReply(
  { db, rest, log }: { db: Database; rest: REST; log: Logger },
  { id, interaction }: { id: string; interaction: Person['interaction'] },
  sentence: string,
): Promise<void> {
  const reply = replyTo(rest, interaction, AbortSignal.timeout(EDIT_TIMEOUT_MS));
  try {
    await reply.edit(sentenceMessage(sentence));
  } catch (err) {
    log.debug({ err, request: id }, 'could not write a notice into a reply');
    if (!(err instanceof DiscordAPIError)) return; // maybe still in flight: the hold expires by itself
  }
  await releaseReply(db, id);
}
