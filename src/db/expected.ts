import { and, asc, avg, count, eq, gte, isNotNull, isNull, lt, min, type SQL, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { shownIn } from './ranking.ts';
import { jokes, modelVersions, ratings } from './schema.ts';
import type { Rated } from './statistics.ts';

/** A joke that the judge chose: the rating that it expected, and the mean of what people gave, 1 to 5. */
export interface Expected {
  predicted: number;
  given: number;
  votes: number;
  /** The name of the version that told it. */
  model: string;
}

/** How the judge's expectations compare with the votes, in a guild or in all. Hidden and deleted jokes do not count. */
export interface JudgeRecord {
  /** Jokes that it chose and people rated, oldest first. */
  expected: Expected[];
  /** The models' jokes before it chose the first one, and since. */
  before: Rated;
  since: Rated;
}

export async function judgeRecord(db: Database, guildId?: string): Promise<JudgeRecord> {
  const shown = and(shownIn(guildId), isNull(jokes.houseId));
  const chosen = and(shown, isNotNull(jokes.predicted));
  const expected = await db
    .select({
      predicted: sql<number>`${jokes.predicted}::float8`,
      given: sql<number>`avg(${ratings.score})::float8`,
      votes: count(),
      model: modelVersions.name,
    })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .innerJoin(modelVersions, eq(modelVersions.id, jokes.modelVersionId))
    .where(chosen)
    .groupBy(jokes.id, modelVersions.id)
    .orderBy(asc(jokes.createdAt), asc(jokes.id));
  const [first] = await db
    .select({ at: min(jokes.createdAt) })
    .from(jokes)
    .where(chosen);
  const at = first?.at ?? undefined;
  const rated = async (when: SQL | undefined): Promise<Rated> => {
    const [row] = await db
      .select({ votes: count(), mean: avg(ratings.score).mapWith(Number) })
      .from(jokes)
      .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
      .where(and(shown, when));
    return row ?? { votes: 0, mean: null };
  };
  return {
    expected,
    before: await rated(at && lt(jokes.createdAt, at)),
    since: at ? await rated(gte(jokes.createdAt, at)) : { votes: 0, mean: null },
  };
}
