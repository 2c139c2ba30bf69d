import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { eq, inArray } from 'drizzle-orm';
import type { Transaction } from './connect.ts';
import { guildVoices, modelVersions, OPEN_STATUSES, requests, trainingRuns } from './schema.ts';

const RESTORED = 'the database was restored from a backup';

/**
 * Makes rows from another installation right for this one: models are found where they are here, and what was under way
 * when the backup was made is over.
 * @param places MODELS_DIR there and here, the bundled model here, and the folders that will be there in a moment
 * @returns the names of models whose folder is missing here
 */
export async function settleIn(
  tx: Transaction,
  places: { from: string; to: string; bundled: string; arriving: readonly string[] },
): Promise<string[]> {
  const here = (folder: string): string => {
    const inside = relative(places.from, folder);
    return inside.startsWith('..') || isAbsolute(inside) ? folder : join(places.to, inside);
  };
  const missing: string[] = [];
  for (const { id, name, kind, folder: before, status } of await tx.select().from(modelVersions)) {
    const folder = kind === 'bundled' ? places.bundled : here(before);
    await tx.update(modelVersions).set({ folder }).where(eq(modelVersions.id, id));
    if (status !== 'retired' && !existsSync(folder) && !places.arriving.includes(folder)) missing.push(name);
  }
  for (const { id, folder } of await tx.select().from(guildVoices))
    await tx
      .update(guildVoices)
      .set({ folder: here(folder) })
      .where(eq(guildVoices.id, id));
  const now = new Date();
  await tx
    .update(requests)
    .set({ status: 'expired', note: RESTORED, finishedAt: now })
    .where(inArray(requests.status, [...OPEN_STATUSES]));
  await tx
    .update(trainingRuns)
    .set({
      status: 'cancelled',
      note: RESTORED,
      folder: null,
      owner: null,
      leaseUntil: null,
      finishedAt: now,
    })
    .where(eq(trainingRuns.status, 'running'));
  return missing;
}
