import { and, eq, inArray, isNotNull, isNull, notExists, notInArray, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { countColumns, tallyFrom } from './ranking.ts';
import type { Tally } from './ratings.ts';
import { guildSettings, jokes, ratings, reports } from './schema.ts';

/** A joke of our own making and what people thought of it together: nothing of any one person. */
export interface TrainableJoke {
  id: string;
  /** As it was shown: of a continuation of our own joke, the whole. */
  text: string;
  /** From our own list of themes, or none. */
  theme: string | null;
  tally: Tally;
  modelVersionId: number;
}

/**
 * The only way from Discord to the training corpus (docs/privacy.md): jokes that our model wrote, stored when they
 * were generated, with at least one vote, as per-joke aggregates. Left out are
 * - jokes with anything a person typed in their prompt, or in that of the joke they continue;
 * - jokes that are hidden or deleted, and jokes that anybody reported, cleared or not;
 * - jokes told in a guild whose moderators chose not to teach, and in direct messages, where nobody can choose;
 * - texts that never came to their end.
 */
export async function trainableJokes(db: Database): Promise<TrainableJoke[]> {
  const optedOut = db
    .select({ guildId: guildSettings.guildId })
    .from(guildSettings)
    .where(eq(guildSettings.learns, false));
  const reported = db.select({ one: sql`1` }).from(reports).where(eq(reports.jokeId, jokes.id));
  const rows = await db
    .select({
      id: jokes.id,
      text: sql<string>`coalesce(${jokes.promptText}, '') || ${jokes.text}`,
      theme: jokes.promptTheme,
      modelVersionId: jokes.modelVersionId,
      ...countColumns,
    })
    .from(jokes)
    .innerJoin(ratings, eq(ratings.jokeId, jokes.id))
    .where(
      and(
        eq(jokes.userText, false),
        isNull(jokes.hiddenAt),
        isNull(jokes.deletedAt),
        notExists(reported),
        isNotNull(jokes.guildId),
        notInArray(jokes.guildId, optedOut),
        inArray(jokes.finish, ['end', 'stop', 'length', 'loop']),
      ),
    )
    .groupBy(jokes.id)
    .orderBy(jokes.createdAt, jokes.id);
  return rows.map(({ id, text, theme, modelVersionId, ...counts }) => ({
    id,
    text,
    theme,
    modelVersionId,
    tally: tallyFrom(counts),
  }));
}
