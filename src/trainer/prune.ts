import { readdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Database } from '../db/connect.ts';
import { retireModels } from '../db/retired-models.ts';
import { currentRun } from '../db/training-runs.ts';
import { keptVoices, retireVoices } from '../db/voices.ts';
import { runsFolder } from '../finetuning/run/run-folder.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { voicesFolder } from '../models/registry.ts';
import { runMark } from './run-kind.ts';

/** Removes the weights of trained versions that nobody needs anymore (`retireModels`); their rows stay. */
export async function pruneModels({
  db,
  modelsDir,
  keep,
  log,
}: {
  db: Database;
  modelsDir: string;
  /** How many of the newest trained versions keep their weights, whatever their status. */
  keep: number;
  log: Logger;
}): Promise<void> {
  for (const { name, folder } of await retireModels(db, keep)) {
    // Only folders that the trainer wrote: a row may name any folder.
    if (relative(resolve(modelsDir), folder).startsWith('..')) continue;
    await rm(folder, { recursive: true, force: true }).then(
      () => log.info({ model: name }, 'removed the weights of an old version'),
      (error) =>
        log.warn({ error: messageOf(error), folder }, 'could not remove the weights of an old version'),
    );
  }
}

/** Removes the files of voices that nobody needs anymore (`retireVoices`), and leftovers of voice runs. */
export async function pruneVoices({
  db,
  modelsDir,
  log,
}: {
  db: Database;
  modelsDir: string;
  log: Logger;
}): Promise<void> {
  const place = resolve(voicesFolder(modelsDir));
  // Listed before asking the database, so that folders created meanwhile are not in the list.
  const lying = (await readdir(place).catch(() => [])).map((name) => join(place, name));
  await retireVoices(db);
  const run = await currentRun(db); // before the voices: a run that ends in between is then among them
  const kept = new Set((await keptVoices(db)).map(({ folder }) => folder));
  for (const folder of lying) {
    if (kept.has(folder) || folder === runsFolder(place)) continue;
    if (run && folder.endsWith(`-${runMark(run)}`)) continue;
    await rm(folder, { recursive: true, force: true }).then(
      () => log.info({ folder }, 'removed the files of an unneeded voice'),
      (error) =>
        log.warn({ error: messageOf(error), folder }, 'could not remove the files of an unneeded voice'),
    );
  }
}
