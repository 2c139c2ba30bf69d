import { and, eq, sql } from 'drizzle-orm';
import { createRandom } from '../lib/random.ts';
import type { Database, Transaction } from './connect.ts';
import { type Duel, findDuel } from './duels.ts';
import { type Joke, newJokeId } from './jokes.ts';
import { lovedJoke } from './loved.ts';
import { drawBeside, type HouseText } from './repertoire.ts';
import type { RequestOf } from './request-shape.ts';
import { duels, jokes } from './schema.ts';

/** How long people may vote: in a duel that somebody asked for, and in that of the day. */
const OPEN_HOURS = { person: 1, day: 23 } as const;

export interface NewDuel {
  /** The new joke, told for the request. */
  joke: Joke;
  /** What the house may send against it. */
  house: readonly HouseText[];
  /** Whether a text may be told where the request comes from. */
  fits: (text: string) => boolean;
}

/**
 * Sets a new joke against one that its guild loves, or against one of the house while there is none. The request's seed
 * decides who the opponent is, and which of the two is A. A request has one duel: a second call for it, when the job runs
 * again after a kill, returns the existing one.
 * @returns undefined when there is nothing to set against it.
 */
export async function openDuel(
  db: Database,
  request: RequestOf<'duel'>,
  { joke, house, fits }: NewDuel,
): Promise<Duel | undefined> {
  const { id: requestId, by, seed, locale } = request;
  const { guildId } = by;
  if (guildId === null) return undefined;
  return db.transaction(async (tx) => {
    const [open] = await tx.select({ id: duels.id }).from(duels).where(eq(duels.requestId, requestId));
    if (open) return findDuel(tx, open.id);
    const opponent = await opponentOf(tx, request, guildId, { joke, house, fits });
    if (opponent === undefined) return undefined;
    const [jokeA, jokeB] = createRandom(seed, 1).unit() < 0.5 ? [joke.id, opponent] : [opponent, joke.id];
    const [row] = await tx
      .insert(duels)
      .values({
        ...{ id: newJokeId(), requestId, guildId, jokeA, jokeB, locale, daily: by.kind === 'day' },
        closesAt: sql`now() + make_interval(hours => ${OPEN_HOURS[by.kind]})`,
      })
      .returning({ id: duels.id });
    return row && findDuel(tx, row.id);
  });
}

/** A loved joke that nobody's text is part of, since the duel's votes may teach; else one of the house. */
async function opponentOf(
  tx: Transaction,
  request: RequestOf<'duel'>,
  guildId: string,
  { joke, house, fits }: NewDuel,
): Promise<string | undefined> {
  const where = and(eq(jokes.promptKind, 'joke'), eq(jokes.userText, false));
  const loved = await lovedJoke(tx, guildId, { random: createRandom(request.seed).unit, where });
  // A loved joke that does not fit rests as if it had been told, and so makes room for another one.
  if (loved && loved.id !== joke.id && loved.text !== joke.text && fits(loved.text)) return loved.id;
  return drawBeside(
    tx,
    request,
    house.filter(({ text }) => text !== joke.text),
  );
}
