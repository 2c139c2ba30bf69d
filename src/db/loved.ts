import { and, eq, inArray, isNotNull, ne, or } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { findJoke, type Joke } from './jokes.ts';
import { guildMean, ratedJokes, shownIn } from './ranking.ts';
import { jokes } from './schema.ts';
import { drawQuality, type Random } from './thompson.ts';

/** A joke is loved from this mean on. */
const LOVED_MEAN = 3.5;
/** How many of the best are drawn from. */
const CANDIDATES = 50;
/** A joke told again rests this long, as long as there is another. */
const REST_MS = 7 * 24 * 3600_000;

/** A continuation whose beginning retention has erased is no joke any more. */
const isWhole = or(ne(jokes.promptKind, 'continue'), isNotNull(jokes.promptText));

/**
 * One of a guild's loved jokes (mean vote ≥ 3.5), to tell it again, marked as told now.
 *
 * Chosen by Thompson sampling (Thompson 1933): a quality is drawn for each joke from what its votes leave possible,
 * Beta(1 + Σ(score−1)/4, 1 + Σ(5−score)/4), and the best draw wins; so well-loved jokes come often and those with
 * few votes get their chance. A joke told again rests for 7 days; when all rest, the longest rested comes.
 *
 * @returns undefined while the guild has no loved joke.
 */
export async function lovedJoke(
  db: Database,
  guildId: string,
  { random = Math.random, now = new Date() }: { random?: Random; now?: Date } = {},
): Promise<Joke | undefined> {
  return db.transaction(async (tx) => {
    const best = await ratedJokes(
      tx,
      and(shownIn(guildId), isWhole),
      await guildMean(tx, guildId),
      CANDIDATES,
    );
    const loved = best.filter(({ tally }) => (tally.mean ?? 0) >= LOVED_MEAN);
    // Locked, so that two who ask at once do not both get the same joke.
    const told = await tx
      .select({ id: jokes.id, retoldAt: jokes.retoldAt })
      .from(jokes)
      .where(
        inArray(
          jokes.id,
          loved.map(({ jokeId }) => jokeId),
        ),
      )
      .orderBy(jokes.id)
      .for('update');
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

/** The item that `value` values most, drawing once for each. */
function highest<T>(items: T[], value: (item: T) => number): T | undefined {
  const valued = items.map((item) => ({ item, value: value(item) }));
  return valued.sort((a, b) => b.value - a.value)[0]?.item;
}
