import { and, desc, eq, gte, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { shownIn } from './ranking.ts';
import { jokes, modelVersions, ratings } from './schema.ts';

/** Number of votes and their mean; null without votes. */
export interface Rated {
  votes: number;
  mean: number | null;
}

export interface Statistics extends Rated {
  jokes: number;
  /**
   * The last weeks in which jokes were told, oldest first, with the votes on each week's jokes. `week`: its Monday
   * (UTC).
   */
  weeks: (Rated & { week: string; jokes: number })[];
  /** Model versions that told jokes here, newest first. */
  models: (Rated & { name: string; jokes: number })[];
}

const WEEKS = 12;
const WEEK_MS = 7 * 24 * 3600_000;

/** Aggregates over jokes left-joined with their ratings. */
const measures = {
  jokes: sql<number>`count(distinct ${jokes.id})::int`,
  votes: sql<number>`count(${ratings.score})::int`,
  mean: sql<number | null>`avg(${ratings.score})::float8`,
};

/** The jokes a guild heard and how it rated them. Hidden and deleted jokes do not count. */
export async function statistics(db: Database, guildId: string, now = new Date()): Promise<Statistics> {
  const week = sql<string>`to_char(date_trunc('week', ${jokes.createdAt} at time zone 'UTC'), 'YYYY-MM-DD')`;
  const recent = gte(jokes.createdAt, new Date(now.getTime() - WEEKS * WEEK_MS));
  const [total] = await db
    .select(measures)
    .from(jokes)
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(shownIn(guildId));
  const weeks = await db
    .select({ week, ...measures })
    .from(jokes)
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(and(shownIn(guildId), recent))
    .groupBy(week)
    .orderBy(week);
  const models = await db
    .select({ name: modelVersions.name, ...measures })
    .from(jokes)
    .innerJoin(modelVersions, eq(modelVersions.id, jokes.modelVersionId))
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(shownIn(guildId))
    .groupBy(modelVersions.id)
    .orderBy(desc(modelVersions.id));
  return { ...(total ?? { jokes: 0, votes: 0, mean: null }), weeks, models };
}
