import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Transaction } from './connect.ts';
import { findJoke, newJokeId, type RepertoireJoke } from './jokes.ts';
import type { ChispaRequest } from './request-shape.ts';
import { finishRequest } from './requests.ts';
import { jokes, requests } from './schema.ts';

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

/**
 * Answers a request with one of the house's jokes and closes it: one that was not told there yet, drawn by the request's
 * seed; when all `fitting` ones were told, the one told longest ago that is neither hidden nor deleted. "There" is a
 * guild, or a person's direct messages. A joke told again keeps its row, and with it its votes.
 *
 * @returns undefined, and the request stays open, when there is none to tell.
 */
export async function answerFromHouse(
  tx: Transaction,
  request: ChispaRequest,
  fitting: readonly HouseText[],
): Promise<RepertoireJoke | undefined> {
  const { by, seed, settings } = request;
  const userId = by.kind === 'person' ? by.userId : null;
  // Two who ask at once take turns, so that they do not get the same joke.
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtext('chispa house'), hashtext(${by.guildId ?? `@${userId}`}))`,
  );
  const heard = await heardWhere(
    tx,
    by.guildId === null
      ? and(isNull(jokes.guildId), eq(requests.userId, userId ?? ''))
      : eq(jokes.guildId, by.guildId),
  );
  const untold = fitting.filter(({ id }) => !heard.has(id));
  const chosen = drawn(untold, seed);
  let id: string | undefined;
  if (chosen) {
    id = newJokeId();
    await tx.insert(jokes).values({
      ...{ id, requestId: request.id, guildId: by.guildId, houseId: chosen.id, text: chosen.text },
      ...{ promptKind: 'joke', userText: false, seed, settings },
      ...{ finish: 'end', trimmed: false, promptCut: false },
    });
  } else {
    id = longestAgo(fitting.flatMap((joke) => heard.get(joke.id) ?? []));
    if (id === undefined) return undefined;
    await tx.update(jokes).set({ retoldAt: new Date() }).where(eq(jokes.id, id));
  }
  const told = await findJoke(tx, id);
  if (told?.origin !== 'house') return undefined;
  await finishRequest(tx, request.id, { status: 'done' });
  return { ...told, askedBy: userId, locale: request.locale };
}

/** The joke that a seed (unsigned 32-bit) draws from a list; undefined from an empty one. */
export const drawn = <T>(jokes: readonly T[], seed: number): T | undefined =>
  jokes[Math.floor((seed / 2 ** 32) * jokes.length)];

/** What was told of the house in one place, by the house's ids. */
async function heardWhere(tx: Transaction, where: SQL | undefined): Promise<Map<string, Heard>> {
  const rows = await tx
    .select({
      id: jokes.id,
      houseId: jokes.houseId,
      createdAt: jokes.createdAt,
      retoldAt: jokes.retoldAt,
      shown: sql<boolean>`${jokes.hiddenAt} is null and ${jokes.deletedAt} is null`,
    })
    .from(jokes)
    .leftJoin(requests, eq(requests.id, jokes.requestId))
    .where(and(isNotNull(jokes.houseId), where));
  return new Map(
    rows.flatMap(({ id, houseId, createdAt, retoldAt, shown }) =>
      houseId === null ? [] : [[houseId, { id, at: retoldAt ?? createdAt, shown }]],
    ),
  );
}

const longestAgo = (heard: readonly Heard[]): string | undefined =>
  heard.filter(({ shown }) => shown).sort((a, b) => a.at.getTime() - b.at.getTime())[0]?.id;
