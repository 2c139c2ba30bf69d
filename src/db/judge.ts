import { eq, sql } from 'drizzle-orm';
import type { Basis } from '../judge/basis.ts';
import type { Variances } from '../judge/evidence.ts';
import type { RatedJoke } from '../trainer/policy/vote-model.ts';
import type { Database } from './connect.ts';
import { duels, jokeEmbeddings, judgeBases, ratings } from './schema.ts';
import { trainableJokes, trainableVotes } from './trainable.ts';

/** A rated joke, and its embedding under one version if there is one yet. */
export interface JudgedJoke extends RatedJoke {
  embedding: number[] | undefined;
}

/**
 * The jokes that the judge of a version learns from: those that may teach, rated or in a duel, with no person
 * outweighing all others.
 */
export async function judgedJokes(db: Database, modelVersionId: number): Promise<JudgedJoke[]> {
  const rows = await db
    .select({ jokeId: jokeEmbeddings.jokeId, embedding: jokeEmbeddings.embedding })
    .from(jokeEmbeddings)
    .where(eq(jokeEmbeddings.modelVersionId, modelVersionId));
  const embeddings = new Map(rows.map(({ jokeId, embedding }) => [jokeId, embedding]));
  const jokes = await trainableJokes(db, { alsoDuelled: true, perPerson: true });
  return jokes.map((joke) => ({ ...joke, embedding: embeddings.get(joke.id) }));
}

/** Keeps what a version's hidden states make of jokes. One that is there stays as it is. */
export async function keepEmbeddings(
  db: Database,
  modelVersionId: number,
  embeddings: readonly { jokeId: string; embedding: ArrayLike<number> }[],
): Promise<void> {
  if (embeddings.length === 0) return;
  await db
    .insert(jokeEmbeddings)
    .values(
      embeddings.map(({ jokeId, embedding }) => ({
        jokeId,
        modelVersionId,
        embedding: Array.from(embedding),
      })),
    )
    .onConflictDoNothing();
}

/** The basis of a version, and what was last learned under it. */
export async function findBasis(
  db: Database,
  modelVersionId: number,
): Promise<{ basis: Basis; variances: Variances | undefined } | undefined> {
  const [row] = await db.select().from(judgeBases).where(eq(judgeBases.modelVersionId, modelVersionId));
  return row && { basis: row.basis, variances: row.variances ?? undefined };
}

/** Keeps a version's basis, and returns the one that counts: the first of this form that any generator kept. */
export async function keepBasis(db: Database, modelVersionId: number, basis: Basis): Promise<Basis> {
  await db
    .insert(judgeBases)
    .values({ modelVersionId, basis })
    .onConflictDoUpdate({
      target: judgeBases.modelVersionId,
      set: { basis, variances: null },
      setWhere: sql`${judgeBases.basis} ->> 'form' is distinct from ${String(basis.form)}`,
    });
  return (await findBasis(db, modelVersionId))?.basis ?? basis;
}

/** Keeps what a fit has learned about how jokes vary, for the next one to begin with. */
export async function keepVariances(
  db: Database,
  modelVersionId: number,
  variances: Variances,
): Promise<void> {
  await db.update(judgeBases).set({ variances }).where(eq(judgeBases.modelVersionId, modelVersionId));
}

/**
 * Changes whenever the votes that may teach do: by a vote, a changed or withdrawn one, a duel that closes, or a joke or
 * guild that is excluded.
 */
export async function votesMark(db: Database): Promise<string> {
  const [row] = await db
    .select({
      newest: sql<
        string | null
      >`greatest(max(${ratings.updatedAt}), (select max(${duels.closedAt}) from ${duels}))::text`,
    })
    .from(ratings);
  return `${await trainableVotes(db)} ${row?.newest}`;
}
