import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  serial,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Basis } from '../judge/basis.ts';
import type { Variances } from '../judge/evidence.ts';
import type { RunSnapshot } from '../trainer/policy/corpus.ts';
import { created, when } from './columns.ts';
import type { EventDetails, RunCorpus, RunEvaluation } from './run-record.ts';

// The tables for learning: the training data, the models, and how they were trained. Part of schema.ts.

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
    /** Mean of the source's own votes on a scale of 0–5 ("not a joke" counts as 0), and their number. */
    rating: doublePrecision(),
    ratingVotes: integer(),
    /**
     * The `funny` column of CHISTES. Imported but never used as votes: it correlates with length, not with the
     * raters.
     */
    funny: doublePrecision(),
    flags: text().array().notNull(),
    importedAt: created(),
  },
  (t) => [index('corpus_entries_source').on(t.source)],
);

export const MODEL_KINDS = ['bundled', 'imported', 'trained'] as const;
/** `trial`: tells a share of the jokes before it is promoted or rejected. `retired`: its weights were removed. */
export const MODEL_STATUSES = ['active', 'trial', 'kept', 'rejected', 'retired'] as const;

/** Model folders that this database has used. Generators load the active row. */
export const modelVersions = pgTable(
  'model_versions',
  {
    id: serial().primaryKey(),
    name: text().notNull().unique(),
    folder: text().notNull(),
    /** sha256 of the weights: the version's identity, wherever its folder is. */
    sha256: text().notNull().unique(),
    /** sha256 of every file of the folder, by file name. */
    files: jsonb().$type<Record<string, string>>().notNull(),
    parentId: integer().references((): AnyPgColumn => modelVersions.id, { onDelete: 'set null' }),
    /** The first model of the line. */
    base: text().notNull(),
    kind: text({ enum: MODEL_KINDS }).notNull(),
    metrics: jsonb().$type<Record<string, number>>().notNull(),
    /** Context length in tokens; null until a generator has loaded it. */
    context: integer(),
    status: text({ enum: MODEL_STATUSES }).notNull(),
    /** The version that served before this one: a rollback returns to it. */
    formerId: integer().references((): AnyPgColumn => modelVersions.id, { onDelete: 'set null' }),
    /** For a version on trial: the share of jokes it tells, 0 to 1. */
    share: real(),
    createdAt: created(),
    activatedAt: when(),
  },
  (t) => [
    uniqueIndex('model_versions_one_active').on(t.status).where(sql`status = 'active'`),
    uniqueIndex('model_versions_one_trial').on(t.status).where(sql`status = 'trial'`),
  ],
);

export const RUN_STATUSES = [
  'running',
  /** Passed the gate offline. People's votes on its share of the jokes will decide. */
  'trial',
  'promoted',
  'rejected',
  /** Not tried: too few rated jokes or too little memory. */
  'refused',
  'failed',
  'cancelled',
] as const;
export const RUN_TRIGGERS = ['schedule', 'votes', 'host', 'cli', 'experiment'] as const;
/**
 * For a promoted version: its live ratings are being compared, they held up, they were worse, or it stopped serving
 * before that was known.
 */
export const WATCHES = ['open', 'held', 'worse', 'ended'] as const;

export const trainingRuns = pgTable(
  'training_runs',
  {
    id: uuid().primaryKey().defaultRandom(),
    baseVersionId: integer()
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'restrict' }),
    /** The version that the run produced, promoted or not. */
    versionId: integer().references(() => modelVersions.id, { onDelete: 'set null' }),
    /** The version it was measured against: the active one at that time. */
    formerId: integer().references(() => modelVersions.id, { onDelete: 'set null' }),
    status: text({ enum: RUN_STATUSES }).notNull(),
    /** The guild whose voice is trained on the base; null for a version that may serve everybody. */
    guildId: text(),
    /** What started it. */
    trigger: text({ enum: RUN_TRIGGERS }).notNull(),
    settings: jsonb().$type<Record<string, unknown>>().notNull(),
    /** What it learned from: hashes and counts, never texts. */
    corpus: jsonb().$type<RunCorpus>(),
    /** Ids and weights, never texts. */
    snapshot: jsonb().$type<RunSnapshot>(),
    evaluation: jsonb().$type<RunEvaluation>(),
    watch: text({ enum: WATCHES }),
    note: text(),
    /** Votes that could teach when it began. The next run waits for more. */
    votesSeen: integer().notNull().default(0),
    /** The working folder of the training, until it is done. */
    folder: text(),
    /** The process working on the run, and until when it is presumed alive. */
    owner: text(),
    leaseUntil: when(),
    /** Number of times it was started. */
    attempts: integer().notNull().default(0),
    startedAt: created(),
    finishedAt: when(),
  },
  (t) => [
    uniqueIndex('training_runs_one_running').on(t.status).where(sql`status = 'running'`),
    index('training_runs_started').on(t.startedAt),
    index('training_runs_version').on(t.versionId),
  ],
);

/**
 * The adapters (LoRA) of guilds that have their own voice. Each works only with the version it was trained on. Its id
 * is that of its run, which records what it learned from and how the gate judged it.
 */
export const guildVoices = pgTable(
  'guild_voices',
  {
    id: uuid()
      .primaryKey()
      .references(() => trainingRuns.id, { onDelete: 'restrict' }),
    guildId: text().notNull(),
    baseVersionId: integer()
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'restrict' }),
    folder: text().notNull(),
    /** Hash of the adapter's files (src/models/adapter-files.ts). */
    sha256: text().notNull(),
    createdAt: created(),
    /** When its files were removed. */
    retiredAt: when(),
  },
  (t) => [index('guild_voices_guild').on(t.guildId, t.baseVersionId)],
);

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

/** State of learning for the whole installation: one row. */
export const learningState = pgTable(
  'learning_state',
  {
    id: smallint().primaryKey().default(1),
    paused: boolean().notNull(),
    changedAt: created(),
  },
  (t) => [check('learning_state_one_row', sql`${t.id} = 1`)],
);

export const LEARNING_EVENTS = ['run', 'trial-won', 'trial-lost', 'rolled-back'] as const;

/** Learning events for the log channels; each is announced by one process. */
export const learningEvents = pgTable(
  'learning_events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    kind: text({ enum: LEARNING_EVENTS }).notNull(),
    runId: uuid()
      .notNull()
      .references(() => trainingRuns.id, { onDelete: 'cascade' }),
    details: jsonb().$type<EventDetails>().notNull(),
    createdAt: created(),
    announcedAt: when(),
  },
  (t) => [index('learning_events_unannounced').on(t.id).where(sql`announced_at is null`)],
);

/** What the judge measures the jokes of one version in (src/judge/basis.ts), and what it last learned of how they vary. */
export const judgeBases = pgTable('judge_bases', {
  modelVersionId: integer()
    .primaryKey()
    .references(() => modelVersions.id, { onDelete: 'cascade' }),
  basis: jsonb().$type<Basis>().notNull(),
  variances: jsonb().$type<Variances>(),
  createdAt: created(),
});
