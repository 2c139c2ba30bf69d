import { loadConfig } from '../../config.ts';
import { activateModel, activeModel, ensureModelVersion } from '../../db/models.ts';
import { openModelFolder } from '../../models/folder.ts';
import { bundledModelPath, resolveModel } from '../../models/registry.ts';
import { withDatabase } from '../open/database.ts';

/**
 * `chispa model use`: writes the model into the database and makes it active there. Running generators that share the
 * database (DATABASE_URL) change over at once; an embedded database belongs to the running bot alone.
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
