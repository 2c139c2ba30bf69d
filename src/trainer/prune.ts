import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Database } from '../db/connect.ts';
import { retireModels } from '../db/models.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

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
