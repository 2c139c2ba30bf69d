import { and, eq, inArray, isNotNull, ne, or, type SQL } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { findJoke, type Joke } from './jokes.ts';
import { guildMean, ratedJokes, shownIn } from './ranking.ts';
import type { Tally } from './ratings.ts';
import { jokes } from './schema.ts';
import { drawQuality, type Random } from './thompson.ts';

/** Lowest mean vote of a loved joke. */
const LOVED_MEAN = 3.5;
/** The draw is among this many of the best jokes. */
const CANDIDATES = 50;
/** How long a retold joke rests while there are others to tell. */
const REST_MS = 7 * 24 * 3600_000;

/** A continuation whose beginning retention has erased is no longer a joke. */
const isWhole = or(ne(jokes.promptKind, 'continue'), isNotNull(jokes.promptText));

/**
 * Picks one of a guild's loved jokes (mean vote ≥ 3.5) to tell again and marks it as told now. A quality is drawn for each
 * (see `drawLoved`), and the highest draw wins. A retold joke rests for 7 days; when all of them are resting, the one
 * that has rested longest is picked.
 *
 * @param options.where Narrows the choice, a condition on `jokes`.
 * @param options.fits Whether the text of a joke will do.
 * @returns undefined while the guild has no such joke.
 */
export async function lovedJoke(
  db: Database,
  guildId: string,
  {
    random = Math.random,
    now = new Date(),
    where,
    fits = () => true,
  }: {
    random?: Random;
    now?: Date;
    where?: SQL | undefined;
    fits?: (text: string) => boolean;
  } = {},
): Promise<Joke | undefined> {
  return db.transaction(async (tx) => {
    const best = await lovedJokes(tx, guildId, where);
    // Locked so that two simultaneous requests do not both get the same joke.
    const told = await tx
      .select({ id: jokes.id, retoldAt: jokes.retoldAt, text: jokes.text })
      .from(jokes)
      .where(
        inArray(
          jokes.id,
          best.map(({ jokeId }) => jokeId),
        ),
      )
      .orderBy(jokes.id)
      .for('update');
    const fitting = new Set(told.filter(({ text }) => fits(text)).map(({ id }) => id));
    const loved = best.filter(({ jokeId }) => fitting.has(jokeId));
    const since = new Map(told.map(({ id, retoldAt }) => [id, retoldAt?.getTime() ?? 0]));
    const rest = now.getTime() - REST_MS;
    const rested = loved.filter(({ jokeId }) => (since.get(jokeId) ?? 0) <= rest);
    const chosen =
      rested.length > 0
        ? highest(rested, ({ tally }) => drawQuality(tally, random))
        : highest(loved, ({ jokeId }) => -(since.get(jokeId) ?? 0));
    if (!chosen) return undefined;
    await tx.update(jokes).set({ retoldAt: now }).where(eq(jokes.id, chosen.jokeId));
    return findJoke(tx, chosen.jokeId);
  });
}

/**
 * Draws one of the loved jokes of a guild, or of all guilds, with its votes; marks nothing. Thompson sampling (Thompson
 * 1933): for each joke, a quality is drawn from the distribution that its votes imply, Beta(1 + Σ(score−1)/4, 1 +
 * Σ(5−score)/4), and the highest draw wins. Popular jokes come up often, and jokes with few votes still get a chance.
 */
export async function drawLoved(
  db: Database,
  guildId: string | undefined,
  random: Random,
): Promise<{ joke: Joke; tally: Tally } | undefined> {
  const chosen = highest(await lovedJokes(db, guildId), ({ tally }) => drawQuality(tally, random));
  const joke = chosen && (await findJoke(db, chosen.jokeId));
  return joke && { joke, tally: chosen.tally };
}

async function lovedJokes(db: Database, guildId: string | undefined, where?: SQL) {
  const best = await ratedJokes(
    db,
    and(shownIn(guildId), isWhole, where),
    await guildMean(db, guildId),
    CANDIDATES,
  );
  return best.filter(({ tally }) => (tally.mean ?? 0) >= LOVED_MEAN);
}

/** The item with the highest value. Computes each value once, since `value` may be a random draw. */
function highest<T>(items: T[], value: (item: T) => number): T | undefined {
  const valued = items.map((item) => ({ item, value: value(item) }));
  return valued.sort((a, b) => b.value - a.value)[0]?.item;
}
