import { and, eq, isNotNull, lt, notInArray, or } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { ERASED_PROMPT, ERASED_REQUEST } from './privacy.ts';
import {
  dailyJokes,
  handledInteractions,
  jokeMessages,
  jokes,
  OPEN_STATUSES,
  reports,
  requests,
} from './schema.ts';

/** How long we keep user ids and the text that people typed. */
const RETENTION_DAYS = 30;

const DAY_MS = 24 * 3600_000;

/** Rows that had something erased. */
export interface Erased {
  requests: number;
  jokes: number;
  messages: number;
  reports: number;
}

/**
 * Erases user ids and typed text from everything older than 30 days: requests, the prompts of jokes, the messages
 * that showed them, and the reasons of reports. Votes stay, under their pseudonym. Safe to run again, and in several
 * processes at once.
 */
export async function eraseOld(db: Database, now = new Date()): Promise<Erased> {
  const limit = new Date(now.getTime() - RETENTION_DAYS * DAY_MS);
  return db.transaction(async (tx) => {
    const erasedRequests = await tx
      .update(requests)
      .set(ERASED_REQUEST)
      .where(
        and(
          lt(requests.createdAt, limit),
          notInArray(requests.status, [...OPEN_STATUSES]),
          or(
            isNotNull(requests.userId),
            isNotNull(requests.interactionId),
            isNotNull(requests.text),
            isNotNull(requests.theme),
          ),
        ),
      )
      .returning({ id: requests.id });
    const erasedJokes = await tx
      .update(jokes)
      .set(ERASED_PROMPT)
      .where(and(lt(jokes.createdAt, limit), eq(jokes.userText, true), isNotNull(jokes.promptTokens)))
      .returning({ id: jokes.id });
    const erasedMessages = await tx
      .update(jokeMessages)
      .set({ askedBy: null })
      .where(and(lt(jokeMessages.createdAt, limit), isNotNull(jokeMessages.askedBy)))
      .returning({ id: jokeMessages.messageId });
    const erasedReports = await tx
      .update(reports)
      .set({ reason: null })
      .where(and(lt(reports.createdAt, limit), isNotNull(reports.reason)))
      .returning({ id: reports.jokeId });
    await tx.delete(handledInteractions).where(lt(handledInteractions.deadline, now));
    await tx.delete(dailyJokes).where(lt(dailyJokes.claimedAt, limit));
    return {
      requests: erasedRequests.length,
      jokes: erasedJokes.length,
      messages: erasedMessages.length,
      reports: erasedReports.length,
    };
  });
}
