import { type ButtonInteraction, type REST, Routes } from 'discord.js';
import type { Database } from '../db/connect.ts';
import { duelsOfJoke } from '../db/duels.ts';
import { findJoke } from '../db/jokes.ts';
import { tallyOf, type Voted } from '../db/ratings.ts';
import { asTold, messagesOfJoke } from '../db/tellings.ts';
import { jokeMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { createPacedEdits, type PacedEdits } from '../discord/paced-edits.ts';
import { replyTo } from '../discord/reply.ts';
import { refreshDuel } from '../discord/show-duel.ts';
import type { Logger } from '../lib/log.ts';

/** Keeps joke messages up to date at a pace Discord allows, no matter how many people press buttons at once. */
export interface MessageBoard {
  /**
   * Shows a joke's rating after a vote, in the message whose button was pressed. Among simultaneous votes the latest
   * wins.
   */
  show(interaction: ButtonInteraction, voted: Voted): void;
  /**
   * Shows a joke's current state in all of its messages, duels included, using the bot's own token. Resolves once all
   * have been tried.
   */
  refreshEverywhere(jokeId: string): Promise<void>;
  /** Shows a duel's current state in its message, using the bot's own token. */
  refreshDuel(duelId: string): Promise<void>;
  /** Stops editing a message for good; resolves once no edit is in flight. */
  forget(messageId: string): Promise<void>;
}

/** A message whose buttons nobody presses for this long is forgotten. */
const FORGET_AFTER_MS = 30_000;

interface Board {
  edits: PacedEdits<() => Promise<unknown>>;
  /** The newest vote shown. */
  turn: number;
  forget: NodeJS.Timeout;
}

export function createMessageBoard({
  db,
  rest,
  log,
}: {
  db: Database;
  rest: REST;
  log: Logger;
}): MessageBoard {
  const boards = new Map<string, Board>();

  const boardOf = (messageId: string): Board => {
    const known = boards.get(messageId);
    if (known) {
      known.forget.refresh();
      return known;
    }
    const edits = createPacedEdits<() => Promise<unknown>, unknown>((edit) => edit(), {
      onSkipped: (err) => log.warn({ err, message: messageId }, 'could not update a message'),
    });
    const forget = setTimeout(() => boards.delete(messageId), FORGET_AFTER_MS).unref();
    const board = { edits, forget, turn: 0 };
    boards.set(messageId, board);
    return board;
  };

  async function forget(messageId: string): Promise<void> {
    const board = boards.get(messageId);
    boards.delete(messageId);
    clearTimeout(board?.forget);
    await board?.edits.stop();
  }

  return {
    show(interaction, { joke, tally, turn }) {
      const board = boardOf(interaction.message.id);
      if (turn < board.turn) return; // a later vote, which includes this one, came back from the database first
      board.turn = turn;
      // Made when its turn comes: of many votes, most are overtaken before.
      const body = () => jokeMessage(joke, tally, messagesFor(joke.locale));
      board.edits.push(() => replyTo(interaction.client.rest, interaction).edit(body()));
    },
    async refreshEverywhere(jokeId) {
      const joke = await findJoke(db, jokeId);
      if (!joke || joke.state === 'deleted') return;
      const tally = await tallyOf(db, jokeId);
      for (const { channelId, messageId, ...telling } of await messagesOfJoke(db, jokeId)) {
        const told = asTold(joke, telling);
        const body = jokeMessage(told, tally, messagesFor(told.locale));
        if (channelId === null) continue; // out of reach: whoever presses a button there sees the new state
        await forget(messageId); // an earlier vote must not reveal a joke that is now hidden
        await rest.patch(Routes.channelMessage(channelId, messageId), { body }).catch((err) => {
          // The message or its channel is gone or inaccessible to the bot: carry on with the other messages.
          log.warn({ err, message: messageId }, 'could not edit the message of a joke');
        });
      }
      for (const { id } of await duelsOfJoke(db, jokeId)) await refreshDuel({ db, rest, log }, id);
    },
    refreshDuel: (duelId) => refreshDuel({ db, rest, log }, duelId),
    forget,
  };
}
