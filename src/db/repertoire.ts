import { and, eq, gt, isNotNull, isNull, max, type SQL, sql } from 'drizzle-orm';
import type { Transaction } from './connect.ts';
import { wasInDuel } from './duels.ts';
import { findJoke, newJokeId, type RepertoireJoke } from './jokes.ts';
import type { ChispaRequest } from './request-shape.ts';
import { jokeMessages, jokes, requests } from './schema.ts';

/** A joke of the house as this room knows it: src/corpus/house.ts reads them. */
export interface HouseText {
  id: string;
  text: string;
}

/** A joke of the house that was told where it is told now. */
interface Heard {
  id: string;
  at: Date;
  shown: boolean;
}

/** How long a joke drawn for a request may take to be shown. Until then it counts as told. */
const SHOWING = sql`now() - interval '1 minute'`;

/**
 * Draws a house joke for an open request: one that was not told there yet, by the request's seed; when all `fitting` ones
 * were told, the one told longest ago that is neither hidden nor deleted. "There" is a guild, or a person's direct
 * messages. Whoever shows it records its message (`addJokeMessage`) and closes the request; a joke that never was shown
 * does not count as told. A joke told again keeps its row, and with it its votes.
 *
 * @returns undefined when there is none to tell.
 */
export async function drawHouseJoke(
  tx: Transaction,
  request: ChispaRequest,
  fitting: readonly HouseText[],
): Promise<RepertoireJoke | undefined> {
  const { by } = request;
  const userId = by.kind === 'person' ? by.userId : null;
  await takeTurns(tx, by);
  const [stored] = await tx.select({ id: jokes.id }).from(jokes).where(eq(jokes.requestId, request.id));
  // One stored for this request before was either drawn here but not shown, or is the model's.
  const id = stored?.id ?? (await draw(tx, request, fitting, request.id));
  const told = id === undefined ? undefined : await findJoke(tx, id);
  return told?.origin === 'house' ? { ...told, askedBy: userId, locale: request.locale } : undefined;
}

/** Draws a house joke as `drawHouseJoke` does, to be told beside the request's own joke. Returns its id. */
export async function drawBeside(
  tx: Transaction,
  request: ChispaRequest,
  fitting: readonly HouseText[],
): Promise<string | undefined> {
  await takeTurns(tx, request.by);
  return draw(tx, request, fitting, null);
}

/** Two who ask at once in one place do so in turn, so that they do not get the same joke. */
async function takeTurns(tx: Transaction, by: ChispaRequest['by']): Promise<void> {
  const place = by.guildId ?? (by.kind === 'person' ? `@${by.userId}` : '');
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('chispa house'), hashtext(${place}))`);
}

async function draw(
  tx: Transaction,
  { by, seed, settings }: ChispaRequest,
  fitting: readonly HouseText[],
  /** Null beside another joke, which is the request's own. */
  requestId: string | null,
): Promise<string | undefined> {
  const heard = await heardWhere(
    tx,
    by.guildId === null && by.kind === 'person'
      ? and(isNull(jokes.guildId), eq(requests.userId, by.userId))
      : eq(jokes.guildId, by.guildId ?? ''),
  );
  const chosen = drawn(
    fitting.filter(({ id }) => !heard.has(id)),
    seed,
  );
  if (!chosen) {
    const again = longestAgo(fitting.flatMap((joke) => heard.get(joke.id) ?? []));
    if (again !== undefined) await tx.update(jokes).set({ retoldAt: sql`now()` }).where(eq(jokes.id, again));
    return again;
  }
  const [row] = await tx
    .insert(jokes)
    .values({
      ...{ id: newJokeId(), requestId, guildId: by.guildId, houseId: chosen.id, text: chosen.text },
      ...{ promptKind: 'joke', userText: false, seed, settings },
      ...{ finish: 'end', trimmed: false, promptCut: false },
    })
    .onConflictDoUpdate({
      target: [jokes.guildId, jokes.houseId], // drawn before, but never shown
      set: { requestId, text: chosen.text, seed, settings, createdAt: sql`now()` },
    })
    .returning({ id: jokes.id });
  return row?.id;
}

/** The joke that a seed (unsigned 32-bit) draws from a list; undefined from an empty one. */
export const drawn = <T>(jokes: readonly T[], seed: number): T | undefined =>
  jokes[Math.floor((seed / 2 ** 32) * jokes.length)];

/** What was told of the house in one place, by the house's ids. */
async function heardWhere(tx: Transaction, where: SQL | undefined): Promise<Map<string, Heard>> {
  const drawnAt = sql<Date>`coalesce(${jokes.retoldAt}, ${jokes.createdAt})`.mapWith(jokes.createdAt);
  const shownAt = max(jokeMessages.createdAt);
  const rows = await tx
    .select({
      id: jokes.id,
      houseId: jokes.houseId,
      drawnAt,
      shownAt,
      drawing: sql<boolean>`${gt(drawnAt, SHOWING)}`,
      shown: sql<boolean>`${jokes.hiddenAt} is null and ${jokes.deletedAt} is null`,
    })
    .from(jokes)
    .leftJoin(requests, eq(requests.id, jokes.requestId))
    .leftJoin(jokeMessages, eq(jokeMessages.jokeId, jokes.id))
    .where(and(isNotNull(jokes.houseId), where))
    .groupBy(jokes.id)
    .having(sql`${shownAt} is not null or ${gt(drawnAt, SHOWING)} or ${wasInDuel(tx)}`);
  return new Map(
    rows.flatMap(({ id, houseId, drawnAt, shownAt, drawing, shown }) =>
      houseId === null
        ? []
        : [[houseId, { id, at: shownAt && (shownAt > drawnAt || !drawing) ? shownAt : drawnAt, shown }]],
    ),
  );
}

const longestAgo = (heard: readonly Heard[]): string | undefined =>
  heard.filter(({ shown }) => shown).sort((a, b) => a.at.getTime() - b.at.getTime())[0]?.id;
