import { and, arrayContains, asc, count, eq, inArray, max, not, type SQL, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { corpusEntries } from './schema.ts';

export type CorpusEntry = typeof corpusEntries.$inferSelect;

/** A joke to import, identified by `hash` (src/corpus/hash.ts). */
export type NewCorpusEntry = Omit<typeof corpusEntries.$inferInsert, 'id' | 'importedAt'>;

export interface Imported {
  added: number;
  /** Existing entries that changed: newer metadata from the same source, or the first votes from another. */
  updated: number;
  /** Existing entries that did not change. */
  known: number;
}

/** Marks a joke as a duplicate of another one. Training and export leave it out. */
export const DUPLICATE = 'duplicate';

/** Keeps a query below the driver's limit of 65,535 parameters. */
const ROWS_A_QUERY = 1_000;

/**
 * Imports jokes in one transaction: all or none. Importing them again changes nothing. If several have the same hash,
 * the first is used.
 */
export async function importEntries(db: Database, entries: readonly NewCorpusEntry[]): Promise<Imported> {
  const first = new Map<string, NewCorpusEntry>();
  for (const entry of entries) if (!first.has(entry.hash)) first.set(entry.hash, entry);
  const distinct = [...first.values()];
  let [added, updated] = [0, 0];
  await db.transaction(async (tx) => {
    for (let i = 0; i < distinct.length; i += ROWS_A_QUERY) {
      const rows = await tx
        .insert(corpusEntries)
        .values(distinct.slice(i, i + ROWS_A_QUERY))
        .onConflictDoUpdate({
          target: corpusEntries.hash,
          set: FROM_IMPORT,
          setWhere: CHANGES,
        })
        .returning({ inserted: sql<boolean>`xmax = 0` });
      added += rows.filter(({ inserted }) => inserted).length;
      updated += rows.filter(({ inserted }) => !inserted).length;
    }
  });
  return { added, updated, known: entries.length - added - updated };
}

// SQL can read both rows here: the existing one, and the one that was to be inserted, called `excluded`.
const METADATA = ['text', 'source_id', 'licence', 'category', 'keywords', 'rating', 'rating_votes', 'funny'];
const SAME_SOURCE = 'corpus_entries.source = excluded.source';

/** An empty value in the import does not overwrite an existing one. */
const said = (column: string): string =>
  column === 'keywords'
    ? `case when excluded.keywords = '{}' then corpus_entries.keywords else excluded.keywords end`
    : `coalesce(excluded.${column}, corpus_entries.${column})`;
/** The same source replaces metadata; another source only adds its votes where there are none. */
const CHANGES = sql.raw(`
  case when ${SAME_SOURCE}
  then (${METADATA.map((column) => `corpus_entries.${column}`).join(', ')})
    is distinct from (${METADATA.map(said).join(', ')})
  else corpus_entries.rating is null and excluded.rating is not null end`);
const newer = (column: string): SQL =>
  sql.raw(`case when ${SAME_SOURCE} then ${said(column)} else corpus_entries.${column} end`);
const votes = (column: string): SQL =>
  sql.raw(`case when ${SAME_SOURCE} then ${said(column)}
    else coalesce(corpus_entries.${column}, excluded.${column}) end`);
const FROM_IMPORT = {
  text: newer('text'),
  sourceId: newer('source_id'),
  licence: newer('licence'),
  category: newer('category'),
  keywords: newer('keywords'),
  funny: newer('funny'),
  rating: votes('rating'),
  ratingVotes: votes('rating_votes'),
};

export interface CorpusFilter {
  source?: string | undefined;
  category?: string | undefined;
  /** Leaves out crude jokes. */
  clean?: boolean | undefined;
  /** Includes jokes that `corpus dedupe` marked. */
  duplicates?: boolean | undefined;
  limit?: number | undefined;
}

/** The imported jokes, in import order, without marked duplicates. */
export async function corpusEntriesOf(db: Database, filter: CorpusFilter = {}): Promise<CorpusEntry[]> {
  const { source, category, clean, duplicates, limit } = filter;
  const conditions: (SQL | undefined)[] = [
    source === undefined ? undefined : eq(corpusEntries.source, source),
    category === undefined ? undefined : eq(corpusEntries.category, category),
    clean ? not(flagged('crude')) : undefined,
    duplicates ? undefined : not(flagged(DUPLICATE)),
  ];
  const query = db
    .select()
    .from(corpusEntries)
    .where(and(...conditions))
    .orderBy(asc(corpusEntries.id));
  return limit === undefined ? query : query.limit(limit);
}

const flagged = (flag: string): SQL => arrayContains(corpusEntries.flags, [flag]);

export interface CorpusSource {
  source: string;
  licence: string;
  jokes: number;
  crude: number;
  duplicates: number;
  lastImport: Date;
}

/** The sources of the imported jokes. */
export async function corpusSources(db: Database): Promise<CorpusSource[]> {
  const rows = await db
    .select({
      source: corpusEntries.source,
      licence: corpusEntries.licence,
      jokes: count(),
      crude: count(sql`case when ${flagged('crude')} then 1 end`),
      duplicates: count(sql`case when ${flagged(DUPLICATE)} then 1 end`),
      lastImport: max(corpusEntries.importedAt),
    })
    .from(corpusEntries)
    .groupBy(corpusEntries.source, corpusEntries.licence)
    .orderBy(corpusEntries.source, corpusEntries.licence);
  return rows.map(({ lastImport, ...row }) => ({ ...row, lastImport: lastImport ?? new Date(0) }));
}

/** Marks exactly these jokes as duplicates, and unmarks all others. */
export async function markDuplicates(db: Database, ids: readonly number[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .update(corpusEntries)
      .set({ flags: sql`array_remove(${corpusEntries.flags}, ${DUPLICATE})` })
      .where(flagged(DUPLICATE));
    for (let i = 0; i < ids.length; i += ROWS_A_QUERY) {
      await tx
        .update(corpusEntries)
        .set({ flags: sql`array_append(${corpusEntries.flags}, ${DUPLICATE})` })
        .where(inArray(corpusEntries.id, ids.slice(i, i + ROWS_A_QUERY)));
    }
  });
}
