import { and, desc, eq, inArray, ne, notInArray, or, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import { inTurn, type ModelVersion } from './models.ts';
import { guildSettings, modelVersions, trainingRuns } from './schema.ts';

// Retiring a version removes its weights; its row stays and is marked as retired.

/**
 * Retires the trained versions whose weights nobody needs: all except the newest `keep`, the active one, the one to
 * roll back to, the one on trial, pinned ones, and those that a run is using.
 * @returns the versions just retired; the caller removes their folders.
 */
export const retireModels = (db: Database, keep: number): Promise<ModelVersion[]> =>
  inTurn(db, async (tx) => {
    const newest = tx
      .select({ id: modelVersions.id })
      .from(modelVersions)
      .where(and(eq(modelVersions.kind, 'trained'), ne(modelVersions.status, 'retired')))
      .orderBy(desc(modelVersions.id))
      .limit(keep);
    const needed = sql`
      select ${modelVersions.formerId} from ${modelVersions} where ${modelVersions.status} = 'active'
      union select ${guildSettings.modelVersionId} from ${guildSettings}
      union select ${trainingRuns.baseVersionId} from ${trainingRuns} where ${trainingRuns.status} = 'running'
      union select ${trainingRuns.formerId} from ${trainingRuns}
        where ${trainingRuns.status} in ('running', 'trial') or ${trainingRuns.watch} = 'open'`;
    const versions = await tx
      .select({ id: modelVersions.id })
      .from(modelVersions)
      .where(
        and(
          eq(modelVersions.kind, 'trained'),
          inArray(modelVersions.status, ['kept', 'rejected']),
          notInArray(modelVersions.id, newest),
          sql`${modelVersions.id} not in (select id from (${needed}) as needed(id) where id is not null)`,
        ),
      );
    if (versions.length === 0) return [];
    return tx
      .update(modelVersions)
      .set({ status: 'retired' })
      .where(
        inArray(
          modelVersions.id,
          versions.map(({ id }) => id),
        ),
      )
      .returning();
  });

/**
 * Why a model folder cannot be removed: its version is active or on trial, a guild has pinned it, or a training run
 * needs it. Undefined when nobody needs it.
 */
export async function whyNeeded(db: Database, folder: string): Promise<string | undefined> {
  const [version] = await db.select().from(modelVersions).where(eq(modelVersions.folder, folder));
  if (!version) return undefined;
  const { id, name, status } = version;
  if (status === 'active')
    return `${name} is the model the bot uses. Choose another first with: npx chispa model use`;
  if (status === 'trial') return `${name} is on trial: it tells a share of the jokes.`;
  const pins = await db.$count(guildSettings, eq(guildSettings.modelVersionId, id));
  if (pins > 0)
    return `${name} is pinned by ${pins} ${pins === 1 ? 'server' : 'servers'}. Moderators can unpin it with /ajustar modelo.`;
  const running = and(
    eq(trainingRuns.status, 'running'),
    or(eq(trainingRuns.baseVersionId, id), eq(trainingRuns.formerId, id)),
  );
  if ((await db.$count(trainingRuns, running)) > 0) return `${name} is in use by a training run.`;
  return undefined;
}

/**
 * Marks the version of a folder as retired. Call it just before removing the weights. Does nothing if no version has
 * that folder.
 * @throws ChispaError `model-needed` (see `whyNeeded`).
 */
export const retireFolder = (db: Database, folder: string): Promise<void> =>
  // Serialized with pinning and activating: neither may name weights that are being removed.
  inTurn(db, async (tx) => {
    const why = await whyNeeded(tx, folder);
    if (why) throw new ChispaError('model-needed', why);
    await tx.update(modelVersions).set({ status: 'retired' }).where(eq(modelVersions.folder, folder));
  });
