import { and, desc, eq, getTableColumns, inArray, isNull, ne, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import type { GuildSettings } from './guild-settings.ts';
import { notify } from './notify.ts';
import { guildSettings, jokes, modelVersions, ratings } from './schema.ts';
import { changeSettings } from './settings.ts';

export type ModelVersion = typeof modelVersions.$inferSelect;

/** Whether a version's folder is the address of a model on a server (`ENGINE`), which has no files here. */
export const isRemote = (folder: string): boolean => /^https?:\/\//.test(folder);

/** A model folder as src/models describes it. */
export interface ModelVersionSource {
  name: string;
  folder: string;
  /** sha256 of the weights file, in hex: the version's identity. */
  sha256: string;
  /** sha256 of every file, by name. */
  files: Record<string, string>;
  kind: ModelVersion['kind'];
  parentId?: number;
  base?: string;
  metrics?: Record<string, number>;
  /** Context length in tokens. */
  context?: number;
  /** Status of a new row; default `kept`. Only `activateModel` sets `active`. */
  status?: 'kept' | 'rejected';
}

/**
 * Returns the row of a model folder, and creates it when these weights are new. Known weights keep their row even
 * when their folder moved, and a retired version whose weights are back is kept again. If other weights already have
 * that name, the first digits of the hash are appended.
 */
export async function ensureModelVersion(db: Database, source: ModelVersionSource): Promise<ModelVersion> {
  const { name, folder, sha256, files } = source;
  const context = source.context === undefined ? {} : { context: source.context };
  const { status } = modelVersions;
  const revived = sql`case when ${status} = 'retired' then 'kept' else ${status} end`;
  return inTurn(db, async (tx) => {
    const [nameTaken] = await tx
      .select({ id: modelVersions.id })
      .from(modelVersions)
      .where(and(eq(modelVersions.name, name), ne(modelVersions.sha256, sha256)));
    const [row] = await tx
      .insert(modelVersions)
      .values({
        name: nameTaken ? `${name}-${sha256.slice(0, 8)}` : name,
        folder,
        sha256,
        files,
        parentId: source.parentId ?? null,
        base: source.base ?? name,
        kind: source.kind,
        metrics: source.metrics ?? {},
        ...context,
        status: source.status ?? 'kept',
      })
      .onConflictDoUpdate({
        target: modelVersions.sha256,
        set: { folder, files, status: revived, ...context },
      })
      .returning();
    return present(row, name);
  });
}

/** Records a version's context length, once a process has loaded it. */
export async function rememberContext(db: Database, id: number, context: number): Promise<void> {
  await db
    .update(modelVersions)
    .set({ context })
    .where(and(eq(modelVersions.id, id), isNull(modelVersions.context)));
}

/** The version that generators load, if the database has one yet. */
export async function activeModel(db: Database): Promise<ModelVersion | undefined> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.status, 'active'));
  return row;
}

/** The id of the version that answers a guild: the one it pinned, or else the active one. */
export const answeringId = (pinned: number | null, activeId: number): number => pinned ?? activeId;

/** The version that answers a guild, if the database has one yet. */
export const answeringModel = (db: Database, pinned: number | null): Promise<ModelVersion | undefined> =>
  pinned === null ? activeModel(db) : findModelVersion(db, pinned);

/**
 * Where a line of learning begins: the oldest ancestor of a version whose weights still exist. Every run starts from
 * it and trains on everything rated since, so damage that one run did to the language is not passed on to the next.
 */
export async function lineStart(db: Database, version: ModelVersion): Promise<ModelVersion> {
  const parent =
    version.kind === 'trained' && version.parentId !== null
      ? await findModelVersion(db, version.parentId)
      : undefined;
  return parent && parent.status !== 'retired' ? lineStart(db, parent) : version;
}

/** A version by its id. */
export async function findModelVersion(db: Database, id: number): Promise<ModelVersion | undefined> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.id, id));
  return row;
}

/** The versions a moderator may pin or go back to: the active one first, then kept ones, newest first. */
export async function usableModels(db: Database): Promise<ModelVersion[]> {
  return db
    .select()
    .from(modelVersions)
    .where(inArray(modelVersions.status, ['active', 'kept']))
    .orderBy(desc(eq(modelVersions.status, 'active')), desc(modelVersions.id));
}

/** The versions that should have their weights, newest first. */
export const weightyModels = (db: Database): Promise<ModelVersion[]> =>
  db.select().from(modelVersions).where(ne(modelVersions.status, 'retired')).orderBy(desc(modelVersions.id));

/** The version on trial, if there is one. It tells a share of the jokes. */
export async function trialModel(db: Database): Promise<ModelVersion | undefined> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.status, 'trial'));
  return row;
}

/**
 * Activates a version and marks the former one as kept. Notifies every listening process (`chispa_models`).
 * @throws ChispaError `model-version-not-found` or `model-version-unusable` (rejected or retired).
 */
export const activateModel = (db: Database, id: number): Promise<ModelVersion> =>
  changeModels(db, (tx) => activate(tx, id));

/** Same as `activateModel`, inside a transaction that already holds the lock (`changeModels`). */
export async function activate(tx: Transaction, id: number): Promise<ModelVersion> {
  const version = await usable(tx, id);
  if (version.status === 'active') return version;
  const before = await activeModel(tx);
  await tx.update(modelVersions).set({ status: 'kept' }).where(eq(modelVersions.status, 'active'));
  // Rolling back leaves the chain of former versions as it is, so that the next rollback goes further.
  const goesBack = before === undefined || before.formerId === id;
  const [row] = await tx
    .update(modelVersions)
    .set({
      status: 'active',
      share: null,
      activatedAt: sql`now()`,
      ...(!goesBack && { formerId: before.id }),
    })
    .where(eq(modelVersions.id, id))
    .returning();
  return present(row, version.name);
}

/**
 * Rolls back to the version that served before the active one.
 * @throws ChispaError `nothing-to-roll-back` when there is none whose weights are still kept.
 */
export const rollBackModel = (db: Database): Promise<{ from: ModelVersion; to: ModelVersion }> =>
  changeModels(db, rollBack);

/** Same as `rollBackModel`, inside a transaction that already holds the lock (`changeModels`). */
export async function rollBack(tx: Transaction): Promise<{ from: ModelVersion; to: ModelVersion }> {
  const from = await activeModel(tx);
  const former = from?.formerId ? await findModelVersion(tx, from.formerId) : undefined;
  if (!from || former?.status !== 'kept')
    throw new ChispaError(
      'nothing-to-roll-back',
      'There is no version to go back to: none served before this one, or its weights are gone.',
    );
  return { from, to: await activate(tx, former.id) };
}

/** A version with its ratings. */
export interface RatedModel extends ModelVersion {
  /** Jokes it told without a guild's voice, the votes on them, and their mean; null without votes. */
  jokes: number;
  votes: number;
  mean: number | null;
  /** Guilds that have pinned it. */
  pins: number;
}

/** Every version there has ever been, newest first. */
export async function ratedModels(db: Database): Promise<RatedModel[]> {
  const pins = db
    .select({ count: sql<number>`count(*)::int` })
    .from(guildSettings)
    .where(eq(guildSettings.modelVersionId, modelVersions.id));
  return db
    .select({
      ...getTableColumns(modelVersions),
      jokes: sql<number>`count(distinct ${jokes.id})::int`,
      votes: sql<number>`count(${ratings.score})::int`,
      mean: sql<number | null>`avg(${ratings.score})::float8`,
      pins: sql<number>`(${pins})`,
    })
    .from(modelVersions)
    .leftJoin(
      jokes,
      and(eq(jokes.modelVersionId, modelVersions.id), isNull(jokes.deletedAt), isNull(jokes.voiceId)),
    )
    .leftJoin(ratings, eq(ratings.jokeId, jokes.id))
    .groupBy(modelVersions.id)
    .orderBy(desc(modelVersions.id));
}

/**
 * Pins a guild to a version, or lets it follow the active one again (null).
 * @throws ChispaError `model-version-not-found` or `model-version-unusable`.
 */
export const pinModel = (
  db: Database,
  guildId: string,
  changedBy: string,
  id: number | null,
): Promise<GuildSettings> =>
  // Serialized with pruning: a pin must not name weights that are being removed.
  inTurn(db, async (tx) => {
    if (id !== null) await usable(tx, id);
    return changeSettings(tx, guildId, changedBy, { modelVersionId: id });
  });

/** Changes which version serves, one process at a time, and notifies all listening processes. */
export const changeModels = <T>(db: Database, change: (tx: Transaction) => Promise<T>): Promise<T> =>
  inTurn(db, async (tx) => {
    const result = await change(tx);
    await notify(tx, 'chispa_models', String((await activeModel(tx))?.id ?? ''));
    return result;
  });

/** Runs `work` in a transaction while no other process can change versions. */
export const inTurn = <T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await takeTurn(tx);
    return work(tx);
  });

/** A version, checked to be one that can serve. */
async function usable(tx: Transaction, id: number): Promise<ModelVersion> {
  const version = await findModelVersion(tx, id);
  if (!version) throw new ChispaError('model-version-not-found', `There is no model version ${id}.`);
  if (version.status === 'rejected' || version.status === 'retired')
    throw new ChispaError(
      'model-version-unusable',
      `Model ${version.name} was ${version.status} and cannot serve.`,
    );
  return version;
}

/** Two processes at once would each find no such name, or the same active row, and the second would fail. */
async function takeTurn(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('chispa model versions'))`);
}

/** `returning()` of a statement that always writes one row is still typed as maybe empty. */
function present(row: ModelVersion | undefined, name: string): ModelVersion {
  if (!row)
    throw new ChispaError('model-version-not-found', `Model ${name} disappeared while it was being written.`);
  return row;
}
