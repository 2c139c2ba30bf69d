import type { Database } from '../db/connect.ts';
import { findJokeByRequest } from '../db/jokes.ts';
import { tallyOf } from '../db/ratings.ts';
import { queuedRequests, recentDuration } from '../db/waiting.ts';
import { finishedJoke } from '../discord/finished-joke.ts';
import { jokeMessage, sentenceMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { replyTo } from '../discord/reply.ts';
import type { Logger } from '../lib/log.ts';
import type { AskingInteraction } from './ask.ts';

/** Tells people who wait how many are before them. */
export interface WaitingBoard {
  add(requestId: string, interaction: AskingInteraction): void;
  close(): void;
}

const INTERVAL_MS = 2500;
/** A joke that comes sooner needs no word about waiting. */
const FIRST_LOOK_MS = 700;
/** A joke of 128 tokens on a small server, until there is one to measure. */
export const FIRST_GUESS_MS = 3000;
/** An edit that hangs longer might land after the joke itself. */
const EDIT_TIMEOUT_MS = 1000;

interface Person {
  interaction: AskingInteraction;
  /** What they were last told; `readyAt` in seconds since the epoch. */
  shown?: { position: number; readyAt: number };
}

/** Whether what somebody was told still holds: the same place, and a turn that is yet to come. */
const isTold = ({ shown }: Person, position: number): boolean =>
  shown?.position === position && shown.readyAt * 1000 > Date.now();

export interface WaitingBoardOptions {
  db: Database;
  /** Jokes that are generated at once. */
  slots: number;
  log: Logger;
}

/**
 * The position goes down with each look at the queue, the estimate counts down by itself (a Discord timestamp).
 * Whoever comes next is not told any more: the generator may be writing already, and a late "you are waiting" must
 * never cover a joke for good.
 */
export function createWaitingBoard({ db, slots, log }: WaitingBoardOptions): WaitingBoard {
  const people = new Map<string, Person>();
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking || people.size === 0) return;
    looking = true;
    try {
      const queued = await queuedRequests(db);
      const duration = (await recentDuration(db)) ?? FIRST_GUESS_MS;
      for (const [id, person] of people) {
        const position = queued.indexOf(id) + 1;
        if (position === 0) people.delete(id);
        else if (position > slots && !isTold(person, position)) tell(id, person, position, duration);
      }
    } catch (err) {
      log.warn({ err }, 'the queue could not be looked at');
    } finally {
      looking = false;
    }
    if (people.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  function tell(id: string, person: Person, position: number, duration: number): void {
    const { interaction } = person;
    const readyAt = Math.ceil((Date.now() + (position / slots) * duration) / 1000);
    person.shown = { position, readyAt };
    const reply = replyTo(interaction.client.rest, interaction, AbortSignal.timeout(EDIT_TIMEOUT_MS));
    reply
      .edit(sentenceMessage(messagesFor(interaction.locale).waiting(position, readyAt)))
      .catch((err) => log.debug({ err }, 'a waiting person could not be told'))
      .then(() => uncover(id, interaction))
      .catch((err) => log.warn({ err, request: id }, 'a joke may be hidden behind a word about waiting'));
  }

  /** A joke that was told while the word about waiting was on its way may lie under it: shows it again. */
  async function uncover(id: string, interaction: AskingInteraction): Promise<void> {
    const joke = await findJokeByRequest(db, id);
    if (!joke || joke.state === 'deleted') return; // what is still to be written comes later than this
    const shown = finishedJoke(joke, await tallyOf(db, joke.id));
    await replyTo(interaction.client.rest, interaction).edit(
      jokeMessage(shown, messagesFor(interaction.locale), {}),
    );
  }

  return {
    add(requestId, interaction) {
      people.set(requestId, { interaction });
      // Many ask at once when it matters: one look serves them all.
      soon ??= setTimeout(() => {
        soon = undefined;
        void look();
      }, FIRST_LOOK_MS);
      timer ??= setInterval(() => void look(), INTERVAL_MS);
    },
    close() {
      clearTimeout(soon);
      clearInterval(timer);
    },
  };
}
