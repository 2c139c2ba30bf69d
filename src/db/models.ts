import { and, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database, Transaction } from './connect.ts';
import { notify } from './notify.ts';
import { modelVersions } from './schema.ts';

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
  /** Status of a new row; default `kept`. `active` only through `activateModel`. */
  status?: 'kept' | 'rejected';
}

/**
 * The row of a model folder, made when these weights are new. Known weights keep their row even when their folder
 * moved. A name that other weights already have gets the first digits of the hash appended.
 */
export async function ensureModelVersion(db: Database, source: ModelVersionSource): Promise<ModelVersion> {
  const { name, folder, sha256, files } = source;
  return db.transaction(async (tx) => {
    await takeTurn(tx);
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
        status: source.status ?? 'kept',
      })
      .onConflictDoUpdate({ target: modelVersions.sha256, set: { folder, files } })
      .returning();
    return present(row, name);
  });
}

/** The version that generators load, if the database has one yet. */
export async function activeModel(db: Database): Promise<ModelVersion | undefined> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.status, 'active'));
  return row;
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

/**
 * Makes a version the active one; the one before is kept, so that going back is the same call.
 * Every listening process learns of it (`chispa_models`).
 * @throws ChispaError `model-version-not-found` or `model-version-unusable` (rejected or retired).
 */
export async function activateModel(db: Database, id: number): Promise<ModelVersion> {
  return db.transaction(async (tx) => {
    await takeTurn(tx);
    const version = await findModelVersion(tx, id);
    if (!version) throw new ChispaError('model-version-not-found', `There is no model version ${id}.`);
    if (version.status === 'active') return version;
    if (version.status !== 'kept') {
      throw new ChispaError(
        'model-version-unusable',
        `Model ${version.name} was ${version.status} and cannot be made active.`,
      );
    }
    await tx.update(modelVersions).set({ status: 'kept' }).where(eq(modelVersions.status, 'active'));
    const [row] = await tx
      .update(modelVersions)
      .set({ status: 'active', activatedAt: new Date() })
      .where(eq(modelVersions.id, id))
      .returning();
    await notify(tx, 'chispa_models', String(id));
    return present(row, version.name);
  });
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
