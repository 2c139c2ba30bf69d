import { and, eq, exists, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import { findJokes, type Joke } from './jokes.ts';
import { duels, duelVotes, jokes } from './schema.ts';

/** What a person can choose in a duel. */
export const DUEL_CHOICES = duelVotes.choice.enumValues;
export type DuelChoice = (typeof DUEL_CHOICES)[number];

/** Two jokes told side by side. */
export interface Duel {
  id: string;
  guildId: string;
  a: Joke;
  b: Joke;
  /** The language of everything around the jokes. */
  locale: string;
  /** Whether it is the duel of the day. */
  daily: boolean;
  /** How probable a win of A seemed to the judge; null without one. */
  guess: number | null;
  /** Where it is shown; undefined until it is. */
  message: { channelId: string; messageId: string } | undefined;
  closesAt: Date;
  closed: boolean;
}

/** The votes of a duel, for either joke and for neither. */
export type DuelTally = Readonly<Record<DuelChoice, number>>;

/** This many votes close a duel before its time. */
export const DUEL_VOTES = 20;

/** A duel by its id; undefined if it is unknown, or one of its jokes was erased. */
export const findDuel = async (db: Database, id: string): Promise<Duel | undefined> =>
  (await selectDuels(db, eq(duels.id, id)))[0];

/** The duel that a Discord message shows. */
export const findDuelByMessage = async (db: Database, messageId: string): Promise<Duel | undefined> =>
  (await selectDuels(db, eq(duels.messageId, messageId)))[0];

/** The duels that a joke was told in. */
export const duelsOfJoke = (db: Database, jokeId: string): Promise<Duel[]> =>
  selectDuels(db, or(eq(duels.jokeA, jokeId), eq(duels.jokeB, jokeId)));

/** Whether a message shows a joke of the outer query (`jokes`) in a duel. */
export const wasInDuel = (db: Database): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(duels)
      .where(and(isNotNull(duels.messageId), or(eq(duels.jokeA, jokes.id), eq(duels.jokeB, jokes.id)))),
  );

/** Records how probable a win of A seems to the judge, once: what was guessed first stays. */
export const noteGuess = async (db: Database, id: string, guess: number): Promise<void> =>
  void (await db
    .update(duels)
    .set({ guess })
    .where(and(eq(duels.id, id), isNull(duels.guess))));

/** Records the message that shows a duel. */
export const addDuelMessage = async (
  db: Database,
  id: string,
  message: { channelId: string; messageId: string },
): Promise<void> => void (await db.update(duels).set(message).where(eq(duels.id, id)));

/** Somebody's choice. `voter` comes from `createVoter`: never a user id. */
export interface Ballot {
  duelId: string;
  voter: string;
  choice: DuelChoice;
  /** The guild and the message where it was cast. */
  guildId: string | null;
  messageId: string;
}

/**
 * Records a choice. A second one by the same person replaces the first. The vote that fills the duel closes it.
 * @returns whether it did.
 * @throws ChispaError `duel-gone` (unknown here, or a joke of it is hidden or deleted) or `duel-closed`; nothing is
 * recorded then.
 */
export async function voteInDuel(
  db: Database,
  { duelId, voter, choice, guildId, messageId }: Ballot,
): Promise<{ duel: Duel; closedNow: boolean }> {
  return db.transaction(async (tx) => {
    const { duel, isDue } = await lockDuel(tx, duelId);
    const isHere = duel.guildId === guildId && duel.message?.messageId === messageId;
    if (!isHere || duel.a.state !== 'shown' || duel.b.state !== 'shown')
      throw new ChispaError('duel-gone', `There is no duel ${duelId} to vote in here.`);
    if (duel.closed || isDue) throw new ChispaError('duel-closed', `Duel ${duelId} is closed.`);
    await tx
      .insert(duelVotes)
      .values({ duelId, voter, choice })
      .onConflictDoUpdate({
        target: [duelVotes.duelId, duelVotes.voter],
        set: { choice, updatedAt: sql`now()` },
      });
    const isFull = (await tx.$count(duelVotes, eq(duelVotes.duelId, duelId))) >= DUEL_VOTES;
    return { duel, closedNow: isFull && (await closeDuel(tx, duelId)) };
  });
}

/** Closes a duel, which then takes no more votes. False if it was closed already: only one of several closes it. */
export const closeDuel = async (db: Database, id: string): Promise<boolean> =>
  (await close(db, eq(duels.id, id))).length > 0;

/** Closes the duels whose time is up. Returns the ids of those that this call closed. */
export const closeDueDuels = (db: Database, now: Date): Promise<string[]> =>
  close(db, lte(duels.closesAt, now));

async function close(db: Database, which: SQL): Promise<string[]> {
  const closed = await db
    .update(duels)
    .set({ closedAt: sql`now()` })
    .where(and(which, isNull(duels.closedAt)))
    .returning({ id: duels.id });
  return closed.map(({ id }) => id);
}

/** How long whoever closed a duel has for saying so in its message. */
const REVEAL_MS = 60_000;

/** The closed duels whose message does not say so, because whoever closed them died or Discord failed. */
export async function unrevealedDuels(db: Database, now: Date): Promise<string[]> {
  const rows = await db
    .select({ id: duels.id })
    .from(duels)
    .where(
      and(
        lte(duels.closedAt, new Date(now.getTime() - REVEAL_MS)),
        isNull(duels.revealedAt),
        isNotNull(duels.messageId),
      ),
    );
  return rows.map(({ id }) => id);
}

/** Notes that a duel's message says how it ended, or that there is no such message any more. */
export const duelRevealed = async (db: Database, id: string): Promise<void> =>
  void (await db.update(duels).set({ revealedAt: sql`now()` }).where(eq(duels.id, id)));

/** The votes of a duel. */
export async function duelTally(db: Database, duelId: string): Promise<DuelTally> {
  const rows = await db
    .select({ choice: duelVotes.choice, votes: sql<number>`count(*)::int` })
    .from(duelVotes)
    .where(eq(duelVotes.duelId, duelId))
    .groupBy(duelVotes.choice);
  const of = (choice: DuelChoice) => rows.find((row) => row.choice === choice)?.votes ?? 0;
  return { a: of('a'), b: of('b'), tie: of('tie') };
}

/** A duel, locked until the transaction ends, and whether its time is up. */
async function lockDuel(tx: Transaction, id: string): Promise<{ duel: Duel; isDue: boolean }> {
  const [locked] = await tx
    .select({ isDue: sql<boolean>`${duels.closesAt} <= clock_timestamp()` })
    .from(duels)
    .where(eq(duels.id, id))
    .for('update');
  const duel = await findDuel(tx, id);
  if (!locked || !duel) throw new ChispaError('duel-gone', `There is no duel ${id}.`);
  return { duel, ...locked };
}

async function selectDuels(db: Database, where: SQL | undefined): Promise<Duel[]> {
  const rows = await db.select().from(duels).where(where).orderBy(duels.createdAt);
  const ids = rows.flatMap(({ jokeA, jokeB }) => [jokeA, jokeB]);
  const told = new Map((await findJokes(db, [...new Set(ids)])).map((joke) => [joke.id, joke]));
  return rows.flatMap(({ jokeA, jokeB, channelId, messageId, ...duel }) => {
    const [a, b] = [told.get(jokeA), told.get(jokeB)];
    if (!a || !b) return []; // erased between the two queries
    const { id, guildId, locale, daily, guess, closesAt, closedAt } = duel;
    const message = channelId !== null && messageId !== null ? { channelId, messageId } : undefined;
    return [{ id, guildId, a, b, locale, daily, guess, message, closesAt, closed: closedAt !== null }];
  });
}
