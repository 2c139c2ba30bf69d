import { type APIMessage, DiscordAPIError, type REST, Routes } from 'discord.js';
import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { addDuelMessage, duelRevealed, duelTally, findDuel, noteGuess } from '../db/duels.ts';
import type { Joke } from '../db/jokes.ts';
import { openDuel } from '../db/open-duel.ts';
import type { RequestOf } from '../db/request-shape.ts';
import type { Logger } from '../lib/log.ts';
import { type Delivery, deliver } from './deliver.ts';
import { destinationOf } from './destination.ts';
import { duelMessage } from './duel-message.ts';
import type { MessageBody } from './joke-message.ts';
import { messagesFor } from './messages/index.ts';
import { createPacedEdits } from './paced-edits.ts';

interface Dependencies {
  db: Database;
  rest: REST;
}

/**
 * Opens the duel of a request with its new joke, shows it, and records its message. Rejects if Discord fails in all of it.
 * @param fits Whether a text may be told there.
 * @param guess How probable it is that the first joke wins, 0 to 1; undefined if nobody can tell.
 * @returns undefined when no joke can be set against the new one.
 */
export async function showDuel(
  { db, rest }: Dependencies,
  request: RequestOf<'duel'>,
  joke: Joke,
  fits: (text: string) => boolean,
  guess: (a: Joke, b: Joke) => Promise<number | undefined>,
  signal: AbortSignal,
): Promise<Delivery | undefined> {
  const duel = await openDuel(db, request, { joke, house: houseJokesAbout(), fits });
  const { channelId } = request;
  if (!duel || channelId === null) return undefined;
  const guessed = duel.guess ?? (await guess(duel.a, duel.b));
  if (guessed !== undefined) await noteGuess(db, duel.id, guessed);
  const m = messagesFor(request.locale);
  const body = duelMessage(duel, undefined, m);
  const destination = destinationOf(rest, request);
  const edits = createPacedEdits<MessageBody, APIMessage>(destination.edit);
  const delivery = await deliver(edits, destination, body, signal);
  if (delivery.outcome === 'shown')
    await addDuelMessage(db, duel.id, { channelId, messageId: delivery.message.id });
  return delivery;
}

/**
 * Shows a duel's present state in its message, with the bot's own token; once it is closed, how it ended. What fails now
 * is tried again by the bot's housekeeping. Never throws for Discord's sake.
 */
export async function refreshDuel(
  { db, rest, log }: Dependencies & { log: Logger },
  id: string,
): Promise<void> {
  let duel = await findDuel(db, id);
  // Another refresh may have shown a later state while this one was on its way: the last to arrive shows the present one.
  for (let shown: string | undefined; duel?.message; duel = await findDuel(db, id)) {
    const { channelId, messageId } = duel.message;
    const tally = duel.closed ? await duelTally(db, id) : undefined;
    const body = duelMessage(duel, tally, messagesFor(duel.locale));
    if (JSON.stringify(body) === shown) break;
    shown = JSON.stringify(body);
    try {
      await rest.patch(Routes.channelMessage(channelId, messageId), { body });
    } catch (err) {
      log.warn({ err, duel: id }, 'could not edit the message of a duel');
      if (!(err instanceof DiscordAPIError)) return;
    }
    if (duel.closed) await duelRevealed(db, id); // or its message is gone or inaccessible to the bot
  }
}
