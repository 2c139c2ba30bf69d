import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigserial,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  serial,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { created, when } from './columns.ts';

// The tables of learning: what is learned from, the models, and how they came to be. Part of schema.ts.

/** Imported jokes. `hash`: sha256 (hex) of the words in lower case, without accents or punctuation. */
export const corpusEntries = pgTable(
  'corpus_entries',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    hash: text().notNull().unique(),
    text: text().notNull(),
    source: text().notNull(),
    /** The id the joke has in its source. */
    sourceId: text(),
    licence: text().notNull(),
    category: text(),
    keywords: text().array().notNull(),
    /** Mean of the source's own votes on 0–5 ("not a joke" counts 0), and their number. */
    rating: doublePrecision(),
    ratingVotes: integer(),
    /** CHISTES' own column, imported but never treated as votes: it follows the length, not the raters. */
    funny: doublePrecision(),
    flags: text().array().notNull(),
    importedAt: created(),
  },
  (t) => [index('corpus_entries_source').on(t.source)],
);

export const MODEL_KINDS = ['bundled', 'imported', 'trained'] as const;
export const MODEL_STATUSES = ['active', 'kept', 'rejected', 'retired'] as const;

/** Model folders this database has used. The active row is what generators load. */
export const modelVersions = pgTable(
  'model_versions',
  {
    id: serial().primaryKey(),
    name: text().notNull().unique(),
    folder: text().notNull(),
    /** sha256 of the weights: the version's identity, wherever its folder lies. */
    sha256: text().notNull().unique(),
    /** sha256 of every file of the folder, by file name. */
    files: jsonb().$type<Record<string, string>>().notNull(),
    parentId: integer().references((): AnyPgColumn => modelVersions.id, { onDelete: 'set null' }),
    /** The model the line of parents began with. */
    base: text().notNull(),
    kind: text({ enum: MODEL_KINDS }).notNull(),
    metrics: jsonb().$type<Record<string, number>>().notNull(),
    status: text({ enum: MODEL_STATUSES }).notNull(),
    createdAt: created(),
    activatedAt: when(),
  },
  (t) => [uniqueIndex('model_versions_one_active').on(t.status).where(sql`status = 'active'`)],
);

export const trainingRuns = pgTable('training_runs', {
  id: uuid().primaryKey().defaultRandom(),
  baseVersionId: integer()
    .notNull()
    .references(() => modelVersions.id, { onDelete: 'restrict' }),
  /** The version that came out of it, promoted or not. */
  versionId: integer().references(() => modelVersions.id, { onDelete: 'set null' }),
  status: text({ enum: ['running', 'promoted', 'rejected', 'failed', 'cancelled'] }).notNull(),
  /** What started it: a schedule, enough new ratings, a person. */
  trigger: text().notNull(),
  settings: jsonb().$type<Record<string, unknown>>().notNull(),
  /** What it learned from: hashes and counts, never texts. */
  corpus: jsonb().$type<Record<string, unknown>>().notNull(),
  note: text(),
  startedAt: created(),
  finishedAt: when(),
});

export const trainingEpochs = pgTable(
  'training_epochs',
  {
    runId: uuid()
      .notNull()
      .references(() => trainingRuns.id, { onDelete: 'cascade' }),
    epoch: integer().notNull(),
    trainLoss: doublePrecision().notNull(),
    validationLoss: doublePrecision(),
    metrics: jsonb().$type<Record<string, number>>().notNull(),
    seconds: real().notNull(),
    finishedAt: created(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.epoch] })],
);
