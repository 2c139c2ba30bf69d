import type { REST } from 'discord.js';
import type { ChispaRequest } from '../db/request-shape.ts';
import { deliver } from './deliver.ts';
import { sentenceMessage } from './joke-message.ts';
import { type Messages, messagesFor } from './messages/index.ts';
import { createPacedEdits } from './paced-edits.ts';
import { replyTo } from './reply.ts';

/**
 * Tells the person who asked, in place of the answer; where Discord or a guild's AutoMod does not let even that pass, in
 * private. For a preview, in a message below; for the joke of the day, nobody is told. Rejects if Discord fails in all of
 * it.
 */
export async function sayInstead(
  rest: REST,
  { kind, by, locale }: ChispaRequest,
  say: (m: Messages) => string,
  signal = new AbortController().signal,
): Promise<void> {
  if (by.kind === 'day') return;
  const reply = replyTo(rest, by.interaction);
  const body = sentenceMessage(say(messagesFor(locale)));
  if (kind === 'preview') {
    await reply.whisper(body);
    return;
  }
  const { outcome } = await deliver(createPacedEdits(reply.edit), reply, body, signal);
  if (outcome !== 'blocked' && outcome !== 'refused') return;
  await reply.remove(); // Discord would put the next message into a placeholder, for everybody to see
  await reply.whisper(body);
}
