import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Config, loadConfig } from '../config.ts';
import { ChispaError, UsageError } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { modelName } from '../models/manifest.ts';
import { BUNDLED_MODEL } from '../models/registry.ts';

/** `chispa model remove`: deletes a folder of MODELS_DIR after asking; never the bundled or the active model. */
export async function removeModel(name: string, { yes = false }: { yes?: boolean }): Promise<void> {
  const config = loadConfig();
  const path = resolve(config.modelsDir, name);
  if (!modelName.safeParse(name).success)
    throw new UsageError(`${JSON.stringify(name)} is not a model's name.`);
  if (name === BUNDLED_MODEL)
    throw new ChispaError('model-needed', `${name} ships with Chispa and is not removed.`);
  if (!(await stat(join(path, 'config.json')).catch(() => undefined)))
    throw new ChispaError('model-missing', `There is no model named ${name} in ${config.modelsDir}.`);
  if (await isActive(path, config))
    throw new ChispaError(
      'model-needed',
      `${name} is the model the bot speaks with: choose another first with: chispa model use`,
    );
  if (!yes && !(await confirmed(`Delete ${path}? [y/N] `)))
    throw new ChispaError('not-removed', `${name} was not removed.`);
  // Out of sight in one step: a removal that is cut leaves no half model under the name.
  const doomed = join(config.modelsDir, `.${name}.${process.pid}.incomplete`);
  await rename(path, doomed);
  await rm(doomed, { recursive: true, force: true });
  process.stdout.write(`Removed ${name}.\n`);
}

/** The model of the database where there is one, else the one that a new database would start with. */
async function isActive(path: string, config: Config): Promise<boolean> {
  const { databaseUrl, dataDir } = config;
  const { pgliteFolder } = await import('../db/pglite.ts');
  if (databaseUrl || existsSync(pgliteFolder(dataDir))) {
    const [{ connect }, { activeModel }] = await Promise.all([
      import('../db/connect.ts'),
      import('../db/models.ts'),
    ]);
    const store = await connect({ databaseUrl, dataDir, log: createLog('warn') });
    try {
      const active = await activeModel(store.db);
      if (active) return resolve(active.folder) === path;
    } finally {
      await store.close();
    }
  }
  return config.model === path || resolve(config.modelsDir, config.model) === path;
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody is there to ask: add --yes to delete the model.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|s|sí|si)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
