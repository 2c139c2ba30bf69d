import { and, eq, ne } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { deleteJoke, findJoke, type Joke, lockJoke } from './jokes.ts';
import type { Theme } from './request-shape.ts';
import { jokeMessages, requests } from './schema.ts';

/** Where a joke can be seen in Discord. */
export interface JokeMessage {
  messageId: string;
  jokeId: string;
  /** Null where the bot is no member, so that only an interaction can change the message. */
  channelId: string | null;
  /** Discord id of the person who asked for this telling, until retention erases it. */
  askedBy: string | null;
  /** The request it answers, if there was one. */
  requestId?: string;
}

/** One telling of a joke: what its message says about it, and what "Otro" asks for below it. */
export interface Telling extends Pick<JokeMessage, 'jokeId' | 'askedBy'> {
  /** Of the request it answers; undefined without one. */
  locale: string | undefined;
  theme: Theme | undefined;
  newOnly: boolean;
}

/** The joke that a Discord message shows. */
export async function findJokeByMessage(db: Database, messageId: string): Promise<Joke | undefined> {
  const telling = await findTelling(db, messageId);
  return telling && findJoke(db, telling.jokeId);
}

/** The telling that a Discord message shows. A joke told again has several, each asked for by somebody else. */
export async function findTelling(db: Database, messageId: string): Promise<Telling | undefined> {
  const [row] = await db
    .select({
      jokeId: jokeMessages.jokeId,
      askedBy: jokeMessages.askedBy,
      locale: requests.locale,
      theme: requests.theme,
      origin: requests.themeOrigin,
      newOnly: requests.newOnly,
    })
    .from(jokeMessages)
    .leftJoin(requests, eq(requests.id, jokeMessages.requestId))
    .where(eq(jokeMessages.messageId, messageId));
  if (!row) return undefined;
  const { jokeId, askedBy, locale, theme, origin, newOnly } = row;
  return {
    ...{ jokeId, askedBy, locale: locale ?? undefined, newOnly: newOnly ?? false },
    theme: theme !== null && origin !== null ? { text: theme, origin } : undefined,
  };
}

/** A joke as one of its messages tells it: for whoever asked there, in their language. */
export const asTold = <J extends Joke>(
  joke: J,
  telling: { askedBy: string | null; locale?: string | null | undefined } | undefined,
): J => (telling ? { ...joke, askedBy: telling.askedBy, locale: telling.locale ?? joke.locale } : joke);

/** Records a Discord message that shows a joke. */
export async function addJokeMessage(db: Database, message: JokeMessage): Promise<void> {
  await db.insert(jokeMessages).values(message).onConflictDoNothing();
}

/** The Discord messages that show a joke, in order, with the locale of the request that each answers. */
export async function messagesOfJoke(
  db: Database,
  jokeId: string,
): Promise<(JokeMessage & { locale: string | null })[]> {
  const { messageId, channelId, askedBy, createdAt } = jokeMessages;
  return db
    .select({ messageId, jokeId: jokeMessages.jokeId, channelId, askedBy, locale: requests.locale })
    .from(jokeMessages)
    .leftJoin(requests, eq(requests.id, jokeMessages.requestId))
    .where(eq(jokeMessages.jokeId, jokeId))
    .orderBy(createdAt, messageId);
}

/**
 * Forgets one telling of a joke, which is as if it had not been told there. The joke itself is marked as deleted if it has
 * no other message.
 */
export async function deleteTelling(db: Database, jokeId: string, messageId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await lockJoke(tx, jokeId);
    const others = and(eq(jokeMessages.jokeId, jokeId), ne(jokeMessages.messageId, messageId));
    if ((await tx.$count(jokeMessages, others)) === 0) await deleteJoke(tx, jokeId);
    else await tx.delete(jokeMessages).where(eq(jokeMessages.messageId, messageId));
  });
}
