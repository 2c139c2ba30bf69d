import { and, desc, eq, gte, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { findJokes, type Joke } from './jokes.ts';
import { countColumns, type Tally, tallyFrom } from './ratings.ts';
import { jokes, ratings } from './schema.ts';

export type Period = 'week' | 'month' | 'ever';

export interface RankedJoke {
  joke: Joke;
  tally: Tally;
  /** The shrunk mean, from 1 to 5, that the ranking sorts by. */
  score: number;
}

const DAYS = { week: 7, month: 30 } as const;
const DAY_MS = 24 * 3600_000;

/** Number of prior votes at the guild's mean that every joke starts with, so that a single vote of 5 does not win. */
const PRIOR_VOTES = 5;

/**
 * A guild's best jokes of the last 7 days, of the last 30 days or ever, best first. Sorted by the Bayesian mean (C·m
 * + Σ scores) / (C + n) with C = 5 prior votes at the guild's mean m. Ties go to the joke with more votes, then to
 * the newer one.
 */
export async function ranking(
  db: Database,
  guildId: string,
  period: Period,
  { limit = 10, now = new Date() }: { limit?: number; now?: Date } = {},
): Promise<RankedJoke[]> {
  const since =
    period === 'ever' ? undefined : gte(jokes.createdAt, new Date(now.getTime() - DAYS[period] * DAY_MS));
  const rated = await ratedJokes(db, and(shownIn(guildId), since), await guildMean(db, guildId), limit);
  const found = new Map(
    (
      await findJokes(
        db,
        rated.map(({ jokeId }) => jokeId),
      )
    ).map((joke) => [joke.id, joke]),
  );
  return rated.flatMap(({ jokeId, tally, score }) => {
    const joke = found.get(jokeId);
    return joke ? [{ joke, tally, score }] : []; // deleted between the two queries
  });
}

/** Jokes of a guild, or of any guild, that are still visible. */
export const shownIn = (guildId: string | undefined): SQL | undefined =>
  and(
    guildId === undefined ? isNotNull(jokes.guildId) : eq(jokes.guildId, guildId),
    isNull(jokes.deletedAt),
    isNull(jokes.hiddenAt),
  );

/** The mean of all votes in a guild, or in any, or the middle of the scale while there are none. */
export async function guildMean(db: Database, guildId: string | undefined): Promise<number> {
  const [row] = await db
    .select({ mean: sql<number>`coalesce(avg(${ratings.score}), 3)::float8` })
    .from(ratings)
    .innerJoin(jokes, eq(jokes.id, ratings.jokeId))
    .where(shownIn(guildId));
  return row?.mean ?? 3;
}

/** Votes of the jokes that `where` selects, highest Bayesian mean first. Jokes without votes are left out. */
export async function ratedJokes(
  db: Database,
  where: SQL | undefined,
  priorMean: number,
  limit: number,
): Promise<{ jokeId: string; tally: Tally; score: number }[]> {
  const score = sql<number>`((${PRIOR_VOTES * priorMean}::float8 + sum(${ratings.score})) / (${PRIOR_VOTES}::float8 + count(*)))`;
  const rows = await db
    .select({ jokeId: jokes.id, score, ...countColumns })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(where)
    .groupBy(jokes.id)
    .orderBy(desc(score), desc(sql`count(*)`), desc(jokes.createdAt), jokes.id)
    .limit(limit);
  return rows.map(({ jokeId, score, ...counts }) => ({ jokeId, score, tally: tallyFrom(counts) }));
}
