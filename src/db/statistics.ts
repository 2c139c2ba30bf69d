import { and, desc, eq, gte, or, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { wasInDuel } from './duels.ts';
import { wasTold } from './jokes.ts';
import { shownIn } from './ranking.ts';
import { jokes, modelVersions, ratings } from './schema.ts';

/** Number of votes and their mean; null without votes. */
export interface Rated {
  votes: number;
  mean: number | null;
}

/** Jokes told and their votes. */
export interface Counted extends Rated {
  jokes: number;
}

/** The jokes that models made up, and the house jokes, whose votes say nothing about a model. */
export interface ByOrigin {
  generated: Counted;
  house: Counted;
}

export interface Statistics extends ByOrigin {
  /**
   * The last weeks in which jokes were told, oldest first, with the votes on each week's jokes. `week`: its Monday
   * (UTC).
   */
  weeks: (ByOrigin & { week: string })[];
  /** Model versions that told jokes here, newest first. */
  models: (Counted & { name: string })[];
}

const WEEKS = 12;
const WEEK_MS = 7 * 24 * 3600_000;
const NOTHING: Counted = { jokes: 0, votes: 0, mean: null };

/** Aggregates over jokes left-joined with their ratings. */
const measures = {
  jokes: sql<number>`count(distinct ${jokes.id})::int`,
  votes: sql<number>`count(${ratings.score})::int`,
  mean: sql<number | null>`avg(${ratings.score})::float8`,
};
const isHouse = sql<boolean>`${jokes.houseId} is not null`;

/**
 * The jokes a guild heard and how it rated them. Hidden and deleted jokes do not count, nor jokes that could not be shown.
 */
export async function statistics(db: Database, guildId: string, now = new Date()): Promise<Statistics> {
  const week = sql<string>`to_char(date_trunc('week', ${jokes.createdAt} at time zone 'UTC'), 'YYYY-MM-DD')`;
  const recent = gte(jokes.createdAt, new Date(now.getTime() - WEEKS * WEEK_MS));
  const told = and(shownIn(guildId), or(wasTold(db), wasInDuel(db)));
  const total = await db
    .select({ isHouse, ...measures })
    .from(jokes)
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(told)
    .groupBy(isHouse);
  const weekly = await db
    .select({ week, isHouse, ...measures })
    .from(jokes)
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(and(told, recent))
    .groupBy(week, isHouse)
    .orderBy(week);
  const models = await db
    .select({ name: modelVersions.name, ...measures })
    .from(jokes)
    .innerJoin(modelVersions, eq(modelVersions.id, jokes.modelVersionId))
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(told)
    .groupBy(modelVersions.id)
    .orderBy(desc(modelVersions.id));
  const weeks = [...new Set(weekly.map((row) => row.week))].map((week) => ({
    week,
    ...byOrigin(weekly.filter((row) => row.week === week)),
  }));
  return { ...byOrigin(total), weeks, models };
}

function byOrigin(rows: readonly (Counted & { isHouse: boolean })[]): ByOrigin {
  const of = (house: boolean): Counted => {
    const { jokes, votes, mean } = rows.find((row) => row.isHouse === house) ?? NOTHING;
    return { jokes, votes, mean };
  };
  return { generated: of(false), house: of(true) };
}

/** Both together. */
export function together({ generated, house }: ByOrigin): Counted {
  const votes = generated.votes + house.votes;
  const sum = generated.votes * (generated.mean ?? 0) + house.votes * (house.mean ?? 0);
  return { jokes: generated.jokes + house.jokes, votes, mean: votes === 0 ? null : sum / votes };
}
