import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { cancelRequests } from './requests.ts';
import {
  blockedPeople,
  duels,
  duelVotes,
  guildSettings,
  jokeMessages,
  jokes,
  ratings,
  reports,
  requests,
  settingsChanges,
} from './schema.ts';

/** How our tables identify a person: by id where it is still kept, and by the pseudonym of votes and reports. */
export interface Person {
  userId: string;
  /** The pseudonym that `createVoter` derives from the user id. */
  voter: string;
}

/** Everything we store about a person, as `/privacidad` returns it. */
export async function exportPerson(db: Database, { userId, voter }: Person) {
  const { id, kind, guildId, channelId, locale, theme, text, status, createdAt } = requests;
  return {
    requests: await db
      .select({ id, kind, guildId, channelId, locale, theme, text, status, createdAt, joke: jokes.text })
      .from(requests)
      .leftJoin(jokes, eq(jokes.requestId, requests.id))
      .where(eq(requests.userId, userId))
      .orderBy(createdAt),
    ratings: await db
      .select({ joke: jokes.text, score: ratings.score, updatedAt: ratings.updatedAt })
      .from(ratings)
      .innerJoin(jokes, eq(jokes.id, ratings.jokeId))
      .where(eq(ratings.voter, voter))
      .orderBy(ratings.updatedAt),
    duelVotes: await db
      .select({ choice: duelVotes.choice, joke: jokes.text, updatedAt: duelVotes.updatedAt })
      .from(duelVotes)
      .innerJoin(duels, eq(duels.id, duelVotes.duelId))
      // The joke that was chosen; none for a tie.
      .leftJoin(jokes, eq(jokes.id, chosenJoke))
      .where(eq(duelVotes.voter, voter))
      .orderBy(duelVotes.updatedAt),
    reports: await db
      .select({ joke: jokes.text, reason: reports.reason, createdAt: reports.createdAt })
      .from(reports)
      .innerJoin(jokes, eq(jokes.id, reports.jokeId))
      .where(eq(reports.reporter, voter))
      .orderBy(reports.createdAt),
    /** The servers that have shut them out. */
    blocks: await db
      .select({ guildId: blockedPeople.guildId, createdAt: blockedPeople.createdAt })
      .from(blockedPeople)
      .where(eq(blockedPeople.person, voter)),
    messages: await db
      .select({
        messageId: jokeMessages.messageId,
        channelId: jokeMessages.channelId,
        createdAt: jokeMessages.createdAt,
      })
      .from(jokeMessages)
      .where(eq(jokeMessages.askedBy, userId))
      .orderBy(jokeMessages.createdAt),
    settingsChanges: await db
      .select({
        guildId: settingsChanges.guildId,
        changedAt: settingsChanges.changedAt,
        before: settingsChanges.before,
        after: settingsChanges.after,
      })
      .from(settingsChanges)
      .where(eq(settingsChanges.changedBy, userId))
      .orderBy(settingsChanges.id),
  };
}

const chosenJoke = sql`case ${duelVotes.choice} when 'a' then ${duels.jokeA} when 'b' then ${duels.jokeB} end`;

/** Number of rows deleted or erased. */
export interface Forgotten {
  requests: number;
  /** Votes, those in duels included. */
  ratings: number;
  reports: number;
  /**
   * Jokes generated from what the person typed. They are deleted entirely, since the model may have repeated that
   * text.
   */
  jokes: number;
  /** Ids of the jokes whose votes changed. */
  ratedJokes: string[];
}

/**
 * Deletes a person's data: votes, reports, what they typed, the jokes generated from it, and their id everywhere.
 * Cancels their open requests. Requests by others that continued such a joke lose the text that they continued. Rows
 * of requests stay, without anything that identifies the person, so that statistics still add up.
 */
export async function forgetPerson(db: Database, { userId, voter }: Person): Promise<Forgotten> {
  return db.transaction(async (tx) => {
    const votes = await tx.delete(ratings).where(eq(ratings.voter, voter)).returning({ id: ratings.jokeId });
    const duelled = await tx
      .delete(duelVotes)
      .where(eq(duelVotes.voter, voter))
      .returning({ id: duelVotes.duelId });
    const reported = await tx
      .delete(reports)
      .where(eq(reports.reporter, voter))
      .returning({ id: reports.jokeId });
    await cancelRequests(tx, userId, 'the person asked to be forgotten');

    const asked = await tx.select({ id: requests.id }).from(requests).where(eq(requests.userId, userId));
    const typed = await typedJokes(
      tx,
      asked.map(({ id }) => id),
    );
    await erasePromptsAfter(tx, typed);
    if (typed.length > 0) await tx.delete(jokes).where(inArray(jokes.id, typed));
    await tx.update(requests).set(ERASED_REQUEST).where(eq(requests.userId, userId));

    await tx.update(jokeMessages).set({ askedBy: null }).where(eq(jokeMessages.askedBy, userId));
    await tx.update(settingsChanges).set({ changedBy: null }).where(eq(settingsChanges.changedBy, userId));
    await tx.update(guildSettings).set({ changedBy: null }).where(eq(guildSettings.changedBy, userId));
    return {
      requests: asked.length,
      ratings: votes.length + duelled.length,
      reports: reported.length,
      jokes: typed.length,
      ratedJokes: votes.map(({ id }) => id).filter((id) => !typed.includes(id)),
    };
  });
}

/**
 * The columns to erase so that nothing reveals who made a request or what was typed. The origins of theme and text
 * stay: if the joke is only stored later, it must still be known to come from typed text.
 */
export const ERASED_REQUEST = {
  userId: null,
  interactionId: null,
  applicationId: null,
  interactionToken: null,
  theme: null,
  text: null,
} as const;

/** The columns of a joke that hold its prompt. The generated text and its tokens stay. */
export const ERASED_PROMPT = { promptTheme: null, promptText: null, promptTokens: null } as const;

async function typedJokes(tx: Transaction, requestIds: string[]): Promise<string[]> {
  if (requestIds.length === 0) return [];
  const rows = await tx
    .select({ id: jokes.id })
    .from(jokes)
    .where(and(inArray(jokes.requestId, requestIds), eq(jokes.userText, true)));
  return rows.map(({ id }) => id);
}

/** Erases the prompts of everything that continues one of these jokes, and of all further continuations. */
async function erasePromptsAfter(tx: Transaction, jokeIds: string[]): Promise<void> {
  if (jokeIds.length === 0) return;
  const after = await tx
    .update(requests)
    .set({ text: null })
    .where(and(inArray(requests.parentJokeId, jokeIds), isNotNull(requests.text)))
    .returning({ id: requests.id });
  if (after.length === 0) return;
  const next = await typedJokes(
    tx,
    after.map(({ id }) => id),
  );
  await erasePromptsAfter(tx, next);
  if (next.length > 0) await tx.update(jokes).set(ERASED_PROMPT).where(inArray(jokes.id, next));
}
