import { readdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Database } from '../db/connect.ts';
import { retireModels } from '../db/retired-models.ts';
import { currentRun } from '../db/training-runs.ts';
import { keptVoices, retireVoices } from '../db/voices.ts';
import { runsFolder } from '../finetuning/run/run-folder.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { runMark } from './run-kind.ts';
import { voicesFolder } from './voice.ts';

/** Removes the weights of trained versions that nobody needs any more (`retireModels`); their rows stay. */
export async function pruneModels({
  db,
  modelsDir,
  keep,
  log,
}: {
  db: Database;
  modelsDir: string;
  /** Trained versions that keep their weights whatever their status: the newest ones. */
  keep: number;
  log: Logger;
}): Promise<void> {
  for (const { name, folder } of await retireModels(db, keep)) {
    // Only what the trainer has written: a row may name any folder.
    if (relative(resolve(modelsDir), folder).startsWith('..')) continue;
    await rm(folder, { recursive: true, force: true }).then(
      () => log.info({ model: name }, 'the weights of an old version were removed'),
      (error) => log.warn({ error: messageOf(error), folder }, 'the weights of an old version stay on disk'),
    );
  }
}

/** Removes the files of voices that nobody needs any more (`retireVoices`), and what runs for voices left lying. */
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
  // Listed before the database is asked: what is made meanwhile is not in the list.
  const lying = (await readdir(place).catch(() => [])).map((name) => join(place, name));
  await retireVoices(db);
  const run = await currentRun(db); // before the voices: a run that ends in between is among them
  const kept = new Set((await keptVoices(db)).map(({ folder }) => folder));
  for (const folder of lying) {
    if (kept.has(folder) || folder === runsFolder(place)) continue;
    if (run && folder.endsWith(`-${runMark(run)}`)) continue;
    await rm(folder, { recursive: true, force: true }).then(
      () => log.info({ folder }, 'what nobody needs of a voice was removed'),
      (error) => log.warn({ error: messageOf(error), folder }, 'what nobody needs of a voice stays on disk'),
    );
  }
}
