import { type ButtonInteraction, type REST, Routes } from 'discord.js';
import type { Database } from '../db/connect.ts';
import { findJoke, messagesOfJoke } from '../db/jokes.ts';
import { tallyOf } from '../db/ratings.ts';
import { finishedJoke } from '../discord/finished-joke.ts';
import { jokeMessage, type MessageBody } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { createPacedEdits, type PacedEdits } from '../discord/paced-edits.ts';
import { replyTo } from '../discord/reply.ts';
import type { Logger } from '../lib/log.ts';

/** Keeps the messages of jokes up to date at a pace Discord allows, however many people press at once. */
export interface MessageBoard {
  /** Shows a joke's present state in the message whose button was pressed. */
  refresh(interaction: ButtonInteraction, jokeId: string): void;
  /** Shows it in every message of the joke, as the bot itself. Resolves when all were tried. */
  refreshEverywhere(jokeId: string): Promise<void>;
  /** Stops editing a message that is about to be deleted. */
  forget(messageId: string): void;
}

/** A message nobody presses for this long is forgotten. */
const FORGET_AFTER_MS = 30_000;

export function createMessageBoard({
  db,
  rest,
  log,
}: {
  db: Database;
  rest: REST;
  log: Logger;
}): MessageBoard {
  type Edit = () => Promise<unknown>;
  const boards = new Map<string, { edits: PacedEdits<Edit>; forget: NodeJS.Timeout }>();

  const boardOf = (messageId: string) => {
    const known = boards.get(messageId);
    if (known) {
      known.forget.refresh();
      return known.edits;
    }
    const edits = createPacedEdits<Edit, unknown>((edit) => edit(), {
      onSkipped: (err) => log.warn({ err, message: messageId }, 'a message could not be brought up to date'),
    });
    const forget = setTimeout(() => boards.delete(messageId), FORGET_AFTER_MS).unref();
    boards.set(messageId, { edits, forget });
    return edits;
  };

  /** Counted when the edit is made, not when a vote came: of many votes at once the last edit must show them all. */
  async function bodyOf(jokeId: string): Promise<MessageBody | undefined> {
    const joke = await findJoke(db, jokeId);
    if (!joke || joke.state === 'deleted') return undefined;
    return jokeMessage(finishedJoke(joke, await tallyOf(db, jokeId)), messagesFor(joke.locale));
  }

  return {
    refresh(interaction, jokeId) {
      boardOf(interaction.message.id).push(async () => {
        const body = await bodyOf(jokeId);
        if (body) await replyTo(interaction.client.rest, interaction).edit(body);
      });
    },
    async refreshEverywhere(jokeId) {
      const body = await bodyOf(jokeId);
      if (!body) return;
      for (const { channelId, messageId } of await messagesOfJoke(db, jokeId)) {
        await rest.patch(Routes.channelMessage(channelId, messageId), { body }).catch((err) => {
          // The message or its channel is gone, or closed to the bot: the other messages still count.
          log.warn({ err, message: messageId }, 'a message of a joke could not be changed');
        });
      }
    },
    forget(messageId) {
      clearTimeout(boards.get(messageId)?.forget);
      boards.delete(messageId);
    },
  };
}
