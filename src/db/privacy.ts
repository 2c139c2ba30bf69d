import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { cancelRequests } from './requests.ts';
import { guildSettings, jokeMessages, jokes, ratings, reports, requests, settingsChanges } from './schema.ts';

/** How a person stands in our tables: by id where it is still kept, and as the pseudonym of votes and reports. */
export interface Person {
  userId: string;
  /** `createVoter`'s pseudonym of the same user id. */
  voter: string;
}

/** Everything we keep about a person, as `/privacidad` hands it out. */
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
    reports: await db
      .select({ joke: jokes.text, reason: reports.reason, createdAt: reports.createdAt })
      .from(reports)
      .innerJoin(jokes, eq(jokes.id, reports.jokeId))
      .where(eq(reports.reporter, voter))
      .orderBy(reports.createdAt),
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
export type PersonalData = Awaited<ReturnType<typeof exportPerson>>;

/** What was deleted or erased, in rows. */
export interface Forgotten {
  requests: number;
  ratings: number;
  reports: number;
  /** Jokes generated from what the person typed: deleted whole, since the model may have repeated it. */
  jokes: number;
}

/**
 * Deletes a person: votes, reports, what they typed, the jokes made from it, and their id wherever it stands.
 * Requests still open are cancelled. What others asked in continuation of such a joke loses the text it continued.
 * The rows of requests stay, without anything that tells whose they were, so that statistics still add up.
 */
export async function forgetPerson(db: Database, { userId, voter }: Person): Promise<Forgotten> {
  return db.transaction(async (tx) => {
    const votes = await tx.delete(ratings).where(eq(ratings.voter, voter)).returning({ id: ratings.jokeId });
    const reported = await tx
      .delete(reports)
      .where(eq(reports.reporter, voter))
      .returning({ id: reports.jokeId });
    await cancelRequests(tx, userId, 'the person who asked was forgotten');

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
    return { requests: asked.length, ratings: votes.length, reports: reported.length, jokes: typed.length };
  });
}

/**
 * What goes when nothing may tell whose a request was or what was typed. The origins of theme and text stay: a joke
 * that is stored only now must still be known as made from typed text.
 */
export const ERASED_REQUEST = {
  userId: null,
  interactionId: null,
  applicationId: null,
  interactionToken: null,
  theme: null,
  text: null,
} as const;

/** What of a joke holds its prompt. The generated text and its tokens stay. */
export const ERASED_PROMPT = { promptTheme: null, promptText: null, promptTokens: null } as const;

async function typedJokes(tx: Transaction, requestIds: string[]): Promise<string[]> {
  if (requestIds.length === 0) return [];
  const rows = await tx
    .select({ id: jokes.id })
    .from(jokes)
    .where(and(inArray(jokes.requestId, requestIds), eq(jokes.userText, true)));
  return rows.map(({ id }) => id);
}

/** Erases the prompts of everything that continues one of these jokes, and what continues that, to the end. */
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
