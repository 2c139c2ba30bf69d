import { loadConfig } from '../../config.ts';
import { activateModel, activeModel, ensureModelVersion } from '../../db/models.ts';
import { openModelFolder } from '../../models/folder.ts';
import { bundledModelPath, resolveModel } from '../../models/registry.ts';
import { withDatabase } from '../open/database.ts';

/**
 * `chispa model use`: registers the model in the database and activates it. Running generators switch at
 * once.
 */
export async function useModel(nameOrPath: string): Promise<void> {
  const { name, path, sha256, manifest, config } = await openModelFolder(
    await resolveModel(nameOrPath, loadConfig()),
  );
  await withDatabase(async (db) => {
    const before = await activeModel(db);
    const version = await ensureModelVersion(db, {
      name,
      folder: path,
      sha256,
      files: manifest.files,
      kind: path === bundledModelPath ? 'bundled' : 'imported',
      context: config.positions,
    });
    await activateModel(db, version.id);
    process.stdout.write(
      before?.id === version.id
        ? `${version.name} was already the active model.\n`
        : `The active model is now ${version.name}${before ? ` (before: ${before.name})` : ''}.\n`,
    );
  });
}
