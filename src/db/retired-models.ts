import { and, desc, eq, inArray, ne, notInArray, or, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import { inTurn, type ModelVersion } from './models.ts';
import { guildSettings, modelVersions, trainingRuns } from './schema.ts';

// Versions whose weights go: the row stays, and says so.

/**
 * Retires the trained versions whose weights nobody needs: all but the newest `keep`, the active one and the one to
 * go back to, the one on trial, those that a guild pinned, and those that a run is using.
 * @returns the versions retired now; their folders are the caller's to remove.
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
 * Why a model folder cannot be removed: its version serves or is on trial, a guild stays with it, or a training run
 * needs it. Undefined when nobody does.
 */
export async function whyNeeded(db: Database, folder: string): Promise<string | undefined> {
  const [version] = await db.select().from(modelVersions).where(eq(modelVersions.folder, folder));
  if (!version) return undefined;
  const { id, name, status } = version;
  if (status === 'active')
    return `${name} is the model the bot speaks with: choose another first with: chispa model use`;
  if (status === 'trial') return `${name} is on trial: it tells a share of the jokes.`;
  const pins = await db.$count(guildSettings, eq(guildSettings.modelVersionId, id));
  if (pins > 0)
    return `${name} is pinned by ${pins} ${pins === 1 ? 'server' : 'servers'}: their moderators go back with /ajustar modelo.`;
  const running = and(
    eq(trainingRuns.status, 'running'),
    or(eq(trainingRuns.baseVersionId, id), eq(trainingRuns.formerId, id)),
  );
  if ((await db.$count(trainingRuns, running)) > 0) return `${name} is being learned from right now.`;
  return undefined;
}

/**
 * Marks the version of a folder as one whose weights are gone: to be called just before they are removed. A folder
 * that no version has is nobody's.
 * @throws ChispaError `model-needed` (see `whyNeeded`).
 */
export const retireFolder = (db: Database, folder: string): Promise<void> =>
  // In turn with pinning and activating: none of them may name weights that are just being removed.
  inTurn(db, async (tx) => {
    const why = await whyNeeded(tx, folder);
    if (why) throw new ChispaError('model-needed', why);
    await tx.update(modelVersions).set({ status: 'retired' }).where(eq(modelVersions.folder, folder));
  });
