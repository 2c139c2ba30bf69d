import {
  and,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  notExists,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { DuelOutcome } from '../trainer/policy/duels.ts';
import type { VersionRatings } from '../trainer/policy/live-comparison.ts';
import type { RatedJoke } from '../trainer/policy/vote-model.ts';
import type { Database } from './connect.ts';
import type { DuelChoice } from './duels.ts';
import { duels, duelVotes, guildSettings, jokes, ratings, reports } from './schema.ts';

export interface Fading {
  /** Days after which a vote counts half; default `HALF_LIFE_DAYS`. */
  halfLifeDays?: number;
  /** The current time, for tests. */
  now?: Date;
}

export interface WhichJokes extends Fading {
  /**
   * Whether to bound what one person's ratings weigh in a guild: a quarter of those that count there, or with fewer than four
   * people an equal part. Default false.
   */
  perPerson?: boolean;
  /** Whether jokes without ratings count too that people have voted on in duels; they have 0 votes. Default false. */
  alsoDuelled?: boolean;
}

/** Tastes change slowly: a six-month-old vote counts half. */
export const HALF_LIFE_DAYS = 180;

/**
 * The only path from Discord's texts to the training corpus (docs/privacy.md): jokes that our model wrote, stored when they
 * were generated, and house jokes, with at least one vote, as per-joke aggregates. `mayTeach` says what is excluded. A vote
 * counts ½^(age / half-life). Its age is measured from the newest vote, so a community that was quiet for a year loses
 * nothing. A vote dated in the future, from a wrong clock, counts as one cast now.
 */
export async function trainableJokes(
  db: Database,
  { alsoDuelled = false, perPerson = false, ...fading }: WhichJokes = {},
): Promise<RatedJoke[]> {
  const faded = fadedVote(ratings.updatedAt, fading);
  const limited = perPerson ? votersOf(db, faded) : undefined;
  const counts = limited ? sql`(${faded} * ${limited.counts})` : faded;
  const votes = sql<number>`coalesce(sum(${counts}) filter (where ${ratings.jokeId} is not null), 0)::float8`;
  const mean = sql<number>`coalesce(sum(${counts} * ${ratings.score}) / sum(${counts}), 0)::float8`;
  const square = sql`(sum(${counts} * ${ratings.score} * ${ratings.score}) / sum(${counts}))`;
  const rated = db
    .select({
      id: jokes.id,
      // `mayTeach` excludes jokes without a guild.
      guildId: sql<string>`${jokes.guildId}`,
      text: sql<string>`coalesce(${jokes.promptText}, '') || ${jokes.text}`,
      theme: jokes.promptTheme,
      votes,
      mean,
      variance: sql<number>`greatest(0, ${square} - ${mean} * ${mean})::float8`,
      modelVersionId: jokes.modelVersionId,
      houseId: jokes.houseId,
    })
    .from(jokes)
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(and(mayTeach(db), or(isNotNull(ratings.jokeId), alsoDuelled ? wasChosenFrom(db) : undefined)))
    .groupBy(jokes.id)
    .orderBy(jokes.createdAt, jokes.id)
    .$dynamic();
  if (!limited) return rated;
  return rated.leftJoin(limited, and(eq(limited.guildId, jokes.guildId), eq(limited.voter, ratings.voter)));
}

/** Everybody who voted in a guild, and what each of their votes counts there so that nobody has more than their part. */
function votersOf(db: Database, faded: SQL) {
  const voters = db
    .select({
      guildId: jokes.guildId,
      voter: ratings.voter,
      own: sql<number>`sum(${faded})`.as('own'),
    })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(mayTeach(db))
    .groupBy(jokes.guildId, ratings.voter)
    .as('voters');
  const inGuild = sql`over (partition by ${voters.guildId})`;
  const descending = sql`over (partition by ${voters.guildId} order by ${voters.own} desc, ${voters.voter})`;
  const ranked = db
    .select({
      guildId: voters.guildId,
      voter: voters.voter,
      own: voters.own,
      people: sql<number>`count(*) ${inGuild}`.as('people'),
      total: sql<number>`sum(${voters.own}) ${inGuild}`.as('total'),
      place: sql<number>`row_number() ${descending}`.as('place'),
      rest: sql<number>`sum(${voters.own}) ${inGuild} - sum(${voters.own}) ${descending}`.as('rest'),
    })
    .from(voters)
    .as('ranked');
  // With the k largest capped at L, L = (k·L + rest) / 4: the least of these for k = 0 to 3 leaves nobody above a quarter.
  const limit = sql`case when ${ranked.people} < 4 then ${ranked.total} / ${ranked.people} else least(
    ${ranked.total} / 4,
    min(case when ${ranked.place} < 4 then ${ranked.rest} / (4 - ${ranked.place}) end) over (partition by ${ranked.guildId})
  ) end`;
  return db
    .select({
      guildId: ranked.guildId,
      voter: ranked.voter,
      counts: sql<number>`least(1, ${limit} / ${ranked.own})`.as('counts'),
    })
    .from(ranked)
    .as('limited');
}

/**
 * What people chose in closed duels between jokes that may teach, per duel and without anything about one person: for the
 * trainer's weights and for the judge. Votes fade as in `trainableJokes`.
 */
export async function duelOutcomes(db: Database, fading: Fading = {}): Promise<DuelOutcome[]> {
  const counts = fadedVote(duelVotes.updatedAt, fading);
  const chosen = (choice: DuelChoice) =>
    sql<number>`coalesce(sum(${counts}) filter (where ${duelVotes.choice} = ${choice}), 0)::float8`;
  return db
    .select({
      guildId: duels.guildId,
      a: duels.jokeA,
      b: duels.jokeB,
      aWins: chosen('a'),
      bWins: chosen('b'),
      ties: chosen('tie'),
    })
    .from(duels)
    .innerJoin(duelVotes, eq(duelVotes.duelId, duels.id))
    .where(mayTeachDuel(db))
    .groupBy(duels.id)
    .orderBy(duels.createdAt, duels.id);
}

/** What a vote counts by its age, 0 to 1. The newest vote is that of a rating or of a duel. */
function fadedVote(updatedAt: AnyPgColumn, { halfLifeDays = HALF_LIFE_DAYS, now = new Date() }: Fading): SQL {
  const newest = sql`(select least(${now.toISOString()}::timestamptz, greatest(
    (select max(${ratings.updatedAt}) from ${ratings}), (select max(${duelVotes.updatedAt}) from ${duelVotes}))))`;
  const age = sql`greatest(0, extract(epoch from ${newest} - ${updatedAt}))::float8`;
  // Capped because PostgreSQL refuses powers that underflow.
  return sql`power(0.5::float8, least(60, ${age} / ${halfLifeDays * 86_400}::float8))`;
}

/** Whether people have voted on a joke in a duel that is closed. */
const wasChosenFrom = (db: Database): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(duels)
      .innerJoin(duelVotes, eq(duelVotes.duelId, duels.id))
      .where(and(isNotNull(duels.closedAt), or(eq(duels.jokeA, jokes.id), eq(duels.jokeB, jokes.id)))),
  );

/** Number of votes that may teach, on jokes and in duels, in one guild or in all. */
export async function trainableVotes(db: Database, guildId?: string): Promise<number> {
  const [row] = await db
    .select({ votes: sql<number>`count(*)::int` })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(and(mayTeach(db), guildId === undefined ? undefined : eq(jokes.guildId, guildId)));
  const teaching = db
    .select({ id: duels.id })
    .from(duels)
    .where(and(mayTeachDuel(db), guildId === undefined ? undefined : eq(duels.guildId, guildId)));
  return (row?.votes ?? 0) + (await db.$count(duelVotes, inArray(duelVotes.duelId, teaching)));
}

/** Number of jokes that may teach and have votes. */
export async function trainableJokeCount(db: Database): Promise<number> {
  const [row] = await db
    .select({ jokes: sql<number>`count(distinct ${jokes.id})::int` })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(mayTeach(db));
  return row?.jokes ?? 0;
}

/**
 * The jokes that may teach. Excluded are
 * - jokes with typed text in their prompt, or in the prompt of the joke they continue;
 * - jokes that are hidden or deleted, and jokes that anybody reported, cleared or not;
 * - jokes told in a guild whose moderators opted out of teaching, and in direct messages, where nobody can opt out;
 * - texts that were cut off before they ended.
 */
function mayTeach(db: Database): SQL | undefined {
  const optedOut = db
    .select({ guildId: guildSettings.guildId })
    .from(guildSettings)
    .where(eq(guildSettings.learns, false));
  const reported = db.select({ one: sql`1` }).from(reports).where(eq(reports.jokeId, jokes.id));
  return and(
    eq(jokes.userText, false),
    isNull(jokes.hiddenAt),
    isNull(jokes.deletedAt),
    notExists(reported),
    isNotNull(jokes.guildId),
    notInArray(jokes.guildId, optedOut),
    inArray(jokes.finish, ['end', 'stop', 'length', 'loop']),
  );
}

/** The duels that may teach: closed ones between jokes that may. */
function mayTeachDuel(db: Database): SQL | undefined {
  const teachable = db.select({ id: jokes.id }).from(jokes).where(mayTeach(db));
  return and(isNotNull(duels.closedAt), inArray(duels.jokeA, teachable), inArray(duels.jokeB, teachable));
}

/**
 * Ratings of a version in the guilds that teach. Hidden and reported jokes count too, since they are part of how good
 * it is. Jokes told with a guild's own voice do not count: they say nothing about the version. A joke that the judge chose
 * counts without what it expected to gain by choosing: the judge knows more about some versions than about others, and not
 * every joke can be chosen. `since`: only jokes told from then on.
 */
export async function versionRatings(
  db: Database,
  modelVersionId: number,
  { since }: { since?: Date | undefined } = {},
): Promise<VersionRatings> {
  const expected = sql`(select avg((candidate ->> 'predicted')::float8) from jsonb_array_elements(${jokes.considered}) candidate)`;
  const chosen = sql`coalesce(${jokes.predicted} - ${expected}, 0)`;
  const means = db
    .select({ mean: sql<number>`(avg(${ratings.score}) - ${chosen})::float8`.as('mean') })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .leftJoin(guildSettings, eq(guildSettings.guildId, jokes.guildId))
    .where(
      and(
        eq(jokes.modelVersionId, modelVersionId),
        eq(jokes.userText, false),
        isNull(jokes.voiceId),
        isNull(jokes.deletedAt),
        isNotNull(jokes.guildId),
        sql`coalesce(${guildSettings.learns}, true)`,
        since && sql`${jokes.createdAt} >= ${since.toISOString()}::timestamptz`,
      ),
    )
    .groupBy(jokes.id)
    .as('means');
  const [row] = await db
    .select({
      jokes: sql<number>`count(*)::int`,
      mean: sql<number>`coalesce(avg(${means.mean}), 0)::float8`,
      variance: sql<number>`coalesce(var_samp(${means.mean}), 0)::float8`,
    })
    .from(means);
  return row ?? { jokes: 0, mean: 0, variance: 0 };
}
