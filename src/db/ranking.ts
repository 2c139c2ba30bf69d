import { and, desc, eq, gte, isNull, type SQL, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { findJokes, type Joke } from './jokes.ts';
import { countColumns, type Tally, tallyFrom } from './ratings.ts';
import { jokes, ratings } from './schema.ts';

export type Period = 'week' | 'month' | 'ever';

export interface RankedJoke {
  joke: Joke;
  tally: Tally;
  /** The shrunk mean that the ranking goes by, 1 to 5. */
  score: number;
}

const DAYS = { week: 7, month: 30 } as const;
const DAY_MS = 24 * 3600_000;

/** Votes at the guild's own mean that every joke is given beforehand: one vote of 5 does not win. */
const PRIOR_VOTES = 5;

/**
 * A guild's best jokes of the last 7 days, 30 days or ever, the best first.
 * The order is by the Bayesian mean (C·m + Σ scores) / (C + n) with C = 5 votes at the guild's mean m; among
 * equals the one with more votes, then the newer.
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

/** Jokes of a guild that anybody may still see. */
export const shownIn = (guildId: string): SQL | undefined =>
  and(eq(jokes.guildId, guildId), isNull(jokes.deletedAt), isNull(jokes.hiddenAt));

/** The mean of all votes of a guild; the middle of the scale while there are none. */
export async function guildMean(db: Database, guildId: string): Promise<number> {
  const [row] = await db
    .select({ mean: sql<number>`coalesce(avg(${ratings.score}), 3)::float8` })
    .from(ratings)
    .innerJoin(jokes, eq(jokes.id, ratings.jokeId))
    .where(shownIn(guildId));
  return row?.mean ?? 3;
}

/** Votes of the jokes that `where` selects, the best Bayesian mean first. Jokes without votes are left out. */
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
