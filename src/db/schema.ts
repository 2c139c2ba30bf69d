import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { PlacementReason } from '../lib/placement.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import { created, when } from './columns.ts';
import { ADVENTURES, type DailyJoke, type GuildSettings } from './guild-settings.ts';
import { guildVoices, modelVersions } from './learning-schema.ts';

// Discord snowflakes are stored as text because they do not fit a JavaScript number. Columns are camelCase here and
// snake_case in SQL (`casing` in drizzle.config.ts and connect.ts).

export * from './learning-schema.ts';

/** Settings chosen by a guild's moderators; a guild without a row has `GUILD_DEFAULTS`. */
export const guildSettings = pgTable('guild_settings', {
  guildId: text().primaryKey(),
  decoder: jsonb().$type<DecoderSettings>().notNull(),
  modelVersionId: integer().references(() => modelVersions.id, { onDelete: 'set null' }),
  newShare: integer(),
  safeMode: boolean().notNull(),
  cooldownSeconds: integer().notNull(),
  daily: jsonb().$type<DailyJoke>(),
  duel: jsonb().$type<DailyJoke>(),
  logChannelId: text(),
  moderatorRoleId: text(),
  learns: boolean().notNull(),
  voice: boolean().notNull().default(false),
  adventure: text({ enum: ADVENTURES }).notNull().default('balanced'),
  changedBy: text(),
  changedAt: created(),
});

/** Audit trail of `guild_settings`: only the fields that changed, with their old and new values. */
export const settingsChanges = pgTable(
  'settings_changes',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    guildId: text().notNull(),
    /** Null once that person asked to be forgotten. */
    changedBy: text(),
    changedAt: created(),
    before: jsonb().$type<Partial<GuildSettings>>().notNull(),
    after: jsonb().$type<Partial<GuildSettings>>().notNull(),
  },
  (t) => [index('settings_changes_guild').on(t.guildId, t.id)],
);

/** Number of requests taken up so far: the clock for fair queueing (`insertRequest`). */
export const turns = pgSequence('turns');

export const REQUEST_STATUSES = ['queued', 'running', 'done', 'failed', 'expired', 'cancelled'] as const;
/** A request with one of these statuses still waits for its answer. */
export const OPEN_STATUSES = ['queued', 'running'] as const;

/** What was asked. Text that a person typed is stored here and in the prompt columns of `jokes`, nowhere else. */
export const requests = pgTable(
  'requests',
  {
    id: uuid().primaryKey().defaultRandom(),
    /**
     * `preview`: shown by `/ajustar`, the same seed with the settings before and after. `steps`: how `parentJokeId`
     * was generated. Neither stores a joke. `duel`: a new joke beside a good one (`duels`).
     */
    kind: text({ enum: ['joke', 'continue', 'duel', 'preview', 'steps'] }).notNull(),
    /** Null for the joke of the day, which has no interaction. */
    interactionId: text().unique('requests_interaction_id_unique'),
    applicationId: text(),
    /** Lets anybody edit the reply for 15 minutes, so it is erased as soon as the request is closed. */
    interactionToken: text(),
    /**
     * Until then a bot is writing a waiting notice into the reply of a queued request, and no generator may write
     * there.
     */
    replyHeldUntil: when(),
    guildId: text(),
    /** Null where the bot is no member: between people, and in guilds that have not added it. */
    channelId: text(),
    /** Null for the joke of the day, and once retention has erased it. */
    userId: text(),
    locale: text().notNull(),
    theme: text(),
    themeOrigin: text({ enum: ['list', 'user'] }),
    /** Whether only a new joke will do, so that no house joke may stand in for one that the model cannot write. */
    newOnly: boolean().notNull().default(false),
    /** Whether the seed was typed, so that it alone decides the text. */
    exactSeed: boolean().notNull().default(false),
    text: text(),
    /** `joke`: the text is that of `parentJokeId`, read from our own table. */
    textOrigin: text({ enum: ['joke', 'user'] }),
    parentJokeId: text().references((): AnyPgColumn => jokes.id, { onDelete: 'set null' }),
    settings: jsonb().$type<DecoderSettings>().notNull(),
    /** For previews only. */
    settingsBefore: jsonb().$type<DecoderSettings>(),
    /** Whether the generated text must pass the guild's filter. */
    safeMode: boolean().notNull().default(true),
    seed: bigint({ mode: 'number' }).notNull(),
    /** Higher runs first: minus the fair turn. */
    priority: integer().notNull(),
    status: text({ enum: REQUEST_STATUSES }).notNull().default('queued'),
    /** Why it failed, expired or was cancelled. */
    note: text(),
    deadline: when().notNull(),
    modelVersionId: integer().references(() => modelVersions.id, { onDelete: 'set null' }),
    firstTokenMs: integer(),
    totalMs: integer(),
    createdAt: created(),
    startedAt: when(),
    finishedAt: when(),
  },
  (t) => [
    index('requests_open').on(t.guildId, t.userId).where(sql`status in ('queued', 'running')`),
    index('requests_user').on(t.userId),
    index('requests_created').on(t.createdAt),
    check('requests_theme_has_origin', sql`(${t.theme} is null) or (${t.themeOrigin} is not null)`),
    check('requests_text_has_origin', sql`(${t.text} is null) or (${t.textOrigin} is not null)`),
  ],
);

/** How a generation ended its text, besides the decoder settings: needed to reproduce it. */
export interface EndingOptions {
  trim: boolean;
  cutLoops: boolean;
  stop: string[];
}

/** A token that a server's model chose, and the likeliest ones. */
export interface Thought {
  chosen: { text: string; p: number };
  choices: { text: string; p: number }[];
}

/** A joke that could have been told, and the rating the judge expected of it. */
export interface Considered {
  text: string;
  seed: number;
  predicted: number;
}

/**
 * The jokes that were told: those a model generated, stored when generated with everything needed to reproduce them, and
 * those of the house, one row per guild that was told one, whose model columns are null.
 */
export const jokes = pgTable(
  'jokes',
  {
    /** Short, because it is part of Discord custom ids. */
    id: text().primaryKey(),
    /** Unique, so that a job that runs again after a kill does not store a second joke. */
    requestId: uuid()
      .unique('jokes_request_id_unique')
      .references(() => requests.id, { onDelete: 'set null' }),
    guildId: text(),
    text: text().notNull(),
    promptKind: text({ enum: ['joke', 'continue'] }).notNull(),
    promptTheme: text(),
    promptText: text(),
    /** Whether the prompt contains anything a person typed: such a joke is never trained on. */
    userText: boolean().notNull(),
    promptTokens: integer().array(),
    tokens: integer().array(),
    seed: bigint({ mode: 'number' }).notNull(),
    settings: jsonb().$type<DecoderSettings>().notNull(),
    ending: jsonb().$type<EndingOptions>(),
    modelVersionId: integer().references(() => modelVersions.id, { onDelete: 'restrict' }),
    /** For a joke of the house: its id in corpus/jokes. */
    houseId: text(),
    /** The guild's own adapter, if one helped generate it. */
    voiceId: uuid().references(() => guildVoices.id, { onDelete: 'restrict' }),
    precision: text(),
    provider: text(),
    runtimeVersion: text(),
    finish: text({ enum: ['end', 'length', 'stop', 'loop', 'cancelled', 'deadline'] }).notNull(),
    trimmed: boolean().notNull(),
    promptCut: boolean().notNull(),
    /** A server's model's first tokens: its `tokens` are empty, so they cannot be thought again. Null where it told none. */
    thoughts: jsonb().$type<Thought[]>(),
    /** What it was chosen from, itself included, and how each seemed to the judge; null if there was no choice. */
    considered: jsonb().$type<Considered[]>(),
    /** The rating the judge expected of it then. */
    predicted: real(),
    hiddenAt: when(),
    hiddenBy: text({ enum: ['reports', 'moderator'] }),
    /** When a moderator judged the reports so far unfounded. */
    clearedAt: when(),
    deletedAt: when(),
    /** When it was last told again: by `/chiste fuente: mejores`, or because the house had no other to tell. */
    retoldAt: when(),
    createdAt: created(),
  },
  (t) => [
    index('jokes_guild_created').on(t.guildId, t.createdAt),
    index('jokes_model_version').on(t.modelVersionId),
    uniqueIndex('jokes_guild_house').on(t.guildId, t.houseId),
    check(
      'jokes_house_or_model',
      sql`num_nulls(${t.modelVersionId}, ${t.tokens}, ${t.ending}, ${t.precision}, ${t.provider}, ${t.runtimeVersion}) = case when ${t.houseId} is null then 0 else 6 end`,
    ),
  ],
);

/** The Discord messages that show a joke: the original one, and one for each time it was told again. */
export const jokeMessages = pgTable(
  'joke_messages',
  {
    messageId: text().primaryKey(),
    jokeId: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    /** Null where the bot is no member, so that only an interaction can change the message. */
    channelId: text(),
    /** The request it answers; null where `/chiste fuente: mejores` told it again. */
    requestId: uuid().references(() => requests.id, { onDelete: 'set null' }),
    /** Who asked for this telling; erased along with the requests. */
    askedBy: text(),
    createdAt: created(),
  },
  (t) => [index('joke_messages_joke').on(t.jokeId), index('joke_messages_asked_by').on(t.askedBy)],
);

/** One vote per person and joke. `voter` is an HMAC of the user id (src/db/voter.ts), never the id. */
export const ratings = pgTable(
  'ratings',
  {
    jokeId: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    voter: text().notNull(),
    score: smallint().notNull(),
    createdAt: created(),
    updatedAt: created(),
  },
  (t) => [
    primaryKey({ columns: [t.jokeId, t.voter] }),
    index('ratings_voter').on(t.voter),
    check('ratings_score_range', sql`${t.score} between 1 and 5`),
  ],
);

/** Jokes that may teach as a version's hidden states have them (`Engine.embed`): what the judge reads. */
export const jokeEmbeddings = pgTable(
  'joke_embeddings',
  {
    jokeId: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    modelVersionId: integer()
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    embedding: real().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.jokeId, t.modelVersionId] })],
);

/** One report per person and joke. `reason` was typed by a person and is erased by retention. */
export const reports = pgTable(
  'reports',
  {
    jokeId: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    reporter: text().notNull(),
    reason: text(),
    createdAt: created(),
  },
  (t) => [primaryKey({ columns: [t.jokeId, t.reporter] }), index('reports_reporter').on(t.reporter)],
);

/** Two jokes told side by side in one message. People choose the better one until it closes. */
export const duels = pgTable(
  'duels',
  {
    /** Short, because it is part of Discord custom ids. */
    id: text().primaryKey(),
    /** Unique, so that a job that runs again after a kill does not open a second one. */
    requestId: uuid()
      .unique('duels_request_id_unique')
      .references(() => requests.id, { onDelete: 'set null' }),
    guildId: text().notNull(),
    jokeA: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    jokeB: text()
      .notNull()
      .references(() => jokes.id, { onDelete: 'cascade' }),
    locale: text().notNull(),
    /** Whether it is the guild's duel of the day, which nobody asked for. */
    daily: boolean().notNull().default(false),
    /** How probable a win of A seemed to the judge when it was told; null without one. */
    guess: real(),
    /** Null until a message shows it. */
    channelId: text(),
    messageId: text().unique('duels_message_id_unique'),
    closesAt: when().notNull(),
    closedAt: when(),
    /** When its message told how it ended. */
    revealedAt: when(),
    createdAt: created(),
  },
  (t) => [
    index('duels_joke_a').on(t.jokeA),
    index('duels_joke_b').on(t.jokeB),
    index('duels_unrevealed').on(t.closesAt).where(sql`revealed_at is null`),
    check('duels_two_jokes', sql`${t.jokeA} <> ${t.jokeB}`),
  ],
);

/** One vote per person and duel. `voter` is an HMAC of the user id, as in `ratings`. */
export const duelVotes = pgTable(
  'duel_votes',
  {
    duelId: text()
      .notNull()
      .references(() => duels.id, { onDelete: 'cascade' }),
    voter: text().notNull(),
    choice: text({ enum: ['a', 'b', 'tie'] }).notNull(),
    createdAt: created(),
    updatedAt: created(),
  },
  (t) => [
    primaryKey({ columns: [t.duelId, t.voter] }),
    index('duel_votes_voter').on(t.voter),
    check('duel_votes_choice', sql`${t.choice} in ('a', 'b', 'tie')`),
  ],
);

/** What is told once a day, claimed once per guild, local day and kind, no matter how many processes try. */
export const dailyJokes = pgTable(
  'daily_jokes',
  {
    guildId: text().notNull(),
    day: date({ mode: 'string' }).notNull(),
    kind: text({ enum: ['joke', 'duel'] })
      .notNull()
      .default('joke'),
    claimedAt: created(),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.day, t.kind] })],
);

/** Whom moderators have shut out of a guild. `person` is the same HMAC as a voter. */
export const blockedPeople = pgTable(
  'blocked_people',
  {
    guildId: text().notNull(),
    person: text().notNull(),
    createdAt: created(),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.person] }), index('blocked_people_person').on(t.person)],
);

/**
 * Where each bot is a member, and where it was: a guild that every bot has left for long enough is deleted (`guilds.ts`).
 */
export const guilds = pgTable(
  'guilds',
  {
    applicationId: text().notNull(),
    guildId: text().notNull(),
    /** When the bot was removed, or found itself removed at its start; null while it is a member. */
    leftAt: when(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.guildId] }), index('guilds_guild').on(t.guildId)],
);

/** Which process answers with a bot token, in which of its shards, and until when unless it renews that. */
export const tokenLeases = pgTable('token_leases', {
  /** SHA-256 of the token and, where a process has some of the shards only, of their range. */
  token: text().primaryKey(),
  owner: uuid().notNull(),
  until: when().notNull(),
  /** SHA-256 of the token alone: the same for all of its shards. Null for a process older than the column. */
  bot: text(),
  /** The range of shards, counted from 0, and how many there are in all; null for a process that has them all. */
  firstShard: integer(),
  lastShard: integer(),
  shardCount: integer(),
});

/**
 * Interactions that a bot is handling right now. What is left here by a process that died is answered at the next start;
 * the interaction's token is gone with the row.
 */
export const handledInteractions = pgTable('handled_interactions', {
  interactionId: text().primaryKey(),
  applicationId: text().notNull(),
  interactionToken: text().notNull(),
  /** The process that handles it. */
  owner: uuid().notNull(),
  locale: text().notNull(),
  /** When Discord stops accepting answers. */
  deadline: when().notNull(),
});

/** Where a generator runs, and what it does at its last sign of life. */
export interface GeneratorReport {
  host: string;
  pid: number;
  /** Of Chispa. */
  version: string;
  /** What decodes the active model: `cpu`, `webgpu`, `cuda` or `server`. */
  provider: string;
  /** Why that one, if there was a choice. */
  reason?: PlacementReason;
  /** Of the active model, if it is on a server. */
  address?: string;
  /** Name of the active model. */
  model: string;
  /** Requests it works on at once, and those it works on now. */
  slots: number;
  running: number;
  /** Tokens decoded per second since the sign of life before, of all models together. */
  tokensPerSecond: number;
}

/** The generators at work. A row whose last sign of life is old belongs to one that was killed. */
export const generators = pgTable('generators', {
  id: uuid().primaryKey(),
  aliveAt: created(),
  /** Null for one that is older than the column. */
  report: jsonb().$type<GeneratorReport>(),
});
