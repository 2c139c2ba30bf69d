import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Config, loadConfig } from '../../config.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { modelName } from '../../models/manifest.ts';
import { BUNDLED_MODEL } from '../../models/registry.ts';
import { confirmed } from '../confirmed.ts';

/**
 * `chispa model remove`: deletes a folder of MODELS_DIR after asking. Refuses for the bundled model, and for one that
 * the database's bot uses, has on trial or trains from, or that a server has pinned.
 */
export async function removeModel(name: string, { yes = false }: { yes?: boolean }): Promise<void> {
  const config = loadConfig();
  const path = resolve(config.modelsDir, name);
  if (!modelName.safeParse(name).success)
    throw new UsageError(`${JSON.stringify(name)} is not a model's name.`);
  if (name === BUNDLED_MODEL)
    throw new ChispaError('model-needed', `${name} ships with Chispa and cannot be removed.`);
  if (!(await stat(join(path, 'config.json')).catch(() => undefined)))
    throw new ChispaError('model-missing', `There is no model named ${name} in ${config.modelsDir}.`);
  const database = await openModels(config);
  try {
    const why = database ? await database.whyNeeded(path) : undefined;
    if (why) throw new ChispaError('model-needed', why);
    if (!(await database?.hasActive()) && isFirst(path, config))
      throw new ChispaError(
        'model-needed',
        `${name} is the model the bot uses. Choose another first with: npx chispa model use`,
      );
    if (!yes && !(await confirmed(`Delete ${path}?`, 'add --yes to delete the model')))
      throw new ChispaError('not-removed', `${name} was not removed.`);
    await database?.retire(path);
    // Hidden in one step: an interrupted removal leaves no partial model under the name.
    const doomed = join(config.modelsDir, `.${name}.${process.pid}.incomplete`);
    await rename(path, doomed);
    await rm(doomed, { recursive: true, force: true });
  } finally {
    await database?.close();
  }
  process.stdout.write(`Removed ${name}.\n`);
}

/**
 * What the database says about models; undefined when there is no database yet. If it cannot be opened, the removal is
 * refused: nobody knows then who needs the model.
 */
async function openModels(config: Config) {
  const { databaseUrl, dataDir } = config;
  const { pgliteFolder } = await import('../../db/pglite.ts');
  if (!databaseUrl && !existsSync(pgliteFolder(dataDir))) return undefined;
  const [{ openDatabase }, { activeModel }, { retireFolder, whyNeeded }] = await Promise.all([
    import('../open/database.ts'),
    import('../../db/models.ts'),
    import('../../db/retired-models.ts'),
  ]);
  const { db, close } = await openDatabase(config);
  return {
    whyNeeded: (folder: string) => whyNeeded(db, folder),
    hasActive: async () => (await activeModel(db)) !== undefined,
    retire: (folder: string) => retireFolder(db, folder),
    close,
  };
}

/** Whether a new database would start with this model. */
const isFirst = (path: string, { model, modelsDir }: Config): boolean =>
  model === path || resolve(modelsDir, model) === path;
