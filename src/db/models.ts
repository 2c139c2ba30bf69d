import { and, desc, eq, getTableColumns, inArray, isNull, ne, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import type { GuildSettings } from './guild-settings.ts';
import { notify } from './notify.ts';
import { guildSettings, jokes, modelVersions, ratings } from './schema.ts';
import { changeSettings } from './settings.ts';

export type ModelVersion = typeof modelVersions.$inferSelect;

/** A model folder as the models room describes it. */
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
  /** Tokens it can see at once. */
  context?: number;
  /** Status of a new row; default `kept`. `active` only through `activateModel`. */
  status?: 'kept' | 'rejected';
}

/**
 * The row of a model folder, made when these weights are new. Known weights keep their row even when their folder
 * moved; a retired version whose weights are back is kept again. A name that other weights already have gets the first
 * digits of the hash appended.
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

/** Writes down how many tokens a version can see at once, once somebody has loaded it. */
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

/** The version that answers where a guild has pinned this one, or none. */
export const answeringModel = (db: Database, pinned: number | null): Promise<ModelVersion | undefined> =>
  pinned === null ? activeModel(db) : findModelVersion(db, pinned);

/**
 * Where a line of learning begins: the oldest ancestor of a version whose weights are still there. Every run starts
 * from it, on all that was rated since, so that what one run did to the language is not handed on to the next.
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

/** The versions a moderator may pin or go back to: the active one first, then the newest kept. */
export async function usableModels(db: Database): Promise<ModelVersion[]> {
  return db
    .select()
    .from(modelVersions)
    .where(inArray(modelVersions.status, ['active', 'kept']))
    .orderBy(desc(eq(modelVersions.status, 'active')), desc(modelVersions.id));
}

/** The version on trial, which tells a share of the jokes, if there is one. */
export async function trialModel(db: Database): Promise<ModelVersion | undefined> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.status, 'trial'));
  return row;
}

/**
 * Makes a version the active one, the one before is kept. Every listening process learns of it (`chispa_models`).
 * @throws ChispaError `model-version-not-found` or `model-version-unusable` (rejected or retired).
 */
export const activateModel = (db: Database, id: number): Promise<ModelVersion> =>
  changeModels(db, (tx) => activate(tx, id));

/** `activateModel` inside a transaction that has taken its turn (`changeModels`). */
export async function activate(tx: Transaction, id: number): Promise<ModelVersion> {
  const version = await usable(tx, id);
  if (version.status === 'active') return version;
  const before = await activeModel(tx);
  await tx.update(modelVersions).set({ status: 'kept' }).where(eq(modelVersions.status, 'active'));
  // Going back leaves the trail as it is, so that the next step back goes farther.
  const goesBack = before === undefined || before.formerId === id;
  const [row] = await tx
    .update(modelVersions)
    .set({
      status: 'active',
      share: null,
      activatedAt: new Date(),
      ...(!goesBack && { formerId: before.id }),
    })
    .where(eq(modelVersions.id, id))
    .returning();
  return present(row, version.name);
}

/**
 * Goes back to the version that served before the active one.
 * @throws ChispaError `nothing-to-roll-back` when there is none whose weights are still kept.
 */
export const rollBackModel = (db: Database): Promise<{ from: ModelVersion; to: ModelVersion }> =>
  changeModels(db, rollBack);

/** `rollBackModel` inside a transaction that has taken its turn (`changeModels`). */
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

/** A version with what people think of it. */
export interface RatedModel extends ModelVersion {
  /** Jokes told by it without a guild's voice, votes on them and their mean; null without votes. */
  jokes: number;
  votes: number;
  mean: number | null;
  /** Guilds that stay with it. */
  pins: number;
}

/** Every version there ever was, the newest first. */
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
 * Makes a guild stay with a version, or follow the active one again (null).
 * @throws ChispaError `model-version-not-found` or `model-version-unusable`.
 */
export const pinModel = (
  db: Database,
  guildId: string,
  changedBy: string,
  id: number | null,
): Promise<GuildSettings> =>
  // In turn with pruning: a pin must not name weights that are just being removed.
  inTurn(db, async (tx) => {
    if (id !== null) await usable(tx, id);
    return changeSettings(tx, guildId, changedBy, { modelVersionId: id });
  });

/** Changes which version serves, one process at a time, and tells every listening one. */
export const changeModels = <T>(db: Database, change: (tx: Transaction) => Promise<T>): Promise<T> =>
  inTurn(db, async (tx) => {
    const result = await change(tx);
    await notify(tx, 'chispa_models', String((await activeModel(tx))?.id ?? ''));
    return result;
  });

/** Work that no other change of versions comes between. */
export const inTurn = <T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await takeTurn(tx);
    return work(tx);
  });

/** A version that can serve. */
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
  if (!row) throw new ChispaError('model-version-not-found', `Model ${name} vanished while it was written.`);
  return row;
}
