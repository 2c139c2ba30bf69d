import type { APIMessage, REST } from 'discord.js';
import type { Database } from '../db/connect.ts';
import type { Joke, RepertoireJoke } from '../db/jokes.ts';
import { tallyOf } from '../db/ratings.ts';
import type { JokeRequest, RequestOf } from '../db/request-shape.ts';
import { finishRequest } from '../db/requests.ts';
import { addJokeMessage } from '../db/tellings.ts';
import { type Delivery, deliver } from './deliver.ts';
import { type Destination, destinationOf } from './destination.ts';
import { jokeMessage, type MessageBody, type Notices, plainMessage } from './joke-message.ts';
import { type Messages, messagesFor } from './messages/index.ts';
import { createPacedEdits, type PacedEdits } from './paced-edits.ts';

export interface Showing {
  destination: Destination;
  /** The edits of the destination so far. */
  edits: PacedEdits<MessageBody, APIMessage>;
  signal: AbortSignal;
}

/** Shows a finished joke, without an embed where Discord refuses that, and records its message once it is shown. */
export async function showJoke(
  db: Database,
  request: JokeRequest,
  joke: Joke,
  notices: Notices,
  { destination, edits, signal }: Showing,
): Promise<Delivery> {
  const body = jokeMessage(joke, await tallyOf(db, joke.id), messagesFor(request.locale), notices);
  let delivery = await deliver(edits, destination, body, signal);
  if (delivery.outcome === 'refused')
    delivery = await deliver(edits, destination, plainMessage(body, joke), signal);
  if (delivery.outcome !== 'shown') return delivery;
  const { id: requestId, channelId, by } = request;
  const askedBy = by.kind === 'person' ? by.userId : null;
  const { id: messageId } = delivery.message;
  await addJokeMessage(db, { messageId, jokeId: joke.id, channelId, askedBy, requestId });
  return delivery;
}

/** Shows a house joke that was drawn for a request, and closes the request. Rejects if Discord fails in all of it. */
export async function showHouseJoke(
  { db, rest }: { db: Database; rest: REST },
  request: RequestOf<'joke'>,
  joke: RepertoireJoke,
  notices: Notices,
): Promise<Delivery> {
  const destination = destinationOf(rest, request);
  const edits = createPacedEdits(destination.edit);
  const { signal } = new AbortController();
  const delivery = await showJoke(db, request, joke, notices, { destination, edits, signal });
  const outcome =
    delivery.outcome === 'shown'
      ? ({ status: 'done' } as const)
      : ({ status: 'failed', note: notShown(delivery) } as const);
  await finishRequest(db, request.id, outcome);
  return delivery;
}

type NotShown = Exclude<Delivery, { outcome: 'shown' }>;

/** The note of a request whose joke could not be shown. */
export const notShown = ({ outcome, code }: NotShown): string => `not shown (${outcome}): ${code}`;

/** What whoever asked is told then. */
export const sayNotShown =
  ({ outcome, code }: NotShown) =>
  ({ failure }: Messages): string =>
    outcome === 'blocked' ? failure.blocked : failure.refused(`${code}`);
