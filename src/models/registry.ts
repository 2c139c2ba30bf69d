import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { ChispaError } from '../lib/errors.ts';
import { packageRoot } from '../lib/paths.ts';
import { modelName } from './manifest.ts';

/** The model that ships with Chispa. */
export const BUNDLED_MODEL = 'mini-es';
export const bundledModelPath: string = join(packageRoot, 'models', BUNDLED_MODEL);

export interface ModelsLocation {
  /** Where imported and trained models live (`MODELS_DIR`). */
  modelsDir: string;
}

/**
 * The absolute path of a model folder. A path (absolute, or with a separator) is used as is; a name is looked up in
 * `modelsDir`, then among the bundled models. Throws `model-missing`, listing the available models.
 */
export async function resolveModel(nameOrPath: string, { modelsDir }: ModelsLocation): Promise<string> {
  if (isAbsolute(nameOrPath) || /[\\/]/.test(nameOrPath)) {
    if (await isFolder(nameOrPath)) return resolve(nameOrPath);
    throw new ChispaError('model-missing', `There is no model folder at ${resolve(nameOrPath)}.`);
  }
  if (modelName.safeParse(nameOrPath).success) {
    const imported = resolve(modelsDir, nameOrPath);
    if (await isFolder(imported)) return imported;
    if (nameOrPath === BUNDLED_MODEL) return bundledModelPath;
  }
  const names = (await listModels({ modelsDir })).map((path) => path.name).join(', ');
  throw new ChispaError(
    'model-missing',
    `There is no model named ${JSON.stringify(nameOrPath)}; there are: ${names}. Import one with: npx chispa model import`,
  );
}

/** Where the adapters of servers' own voices are made and kept: apart from the models, which anybody may list and load. */
export const voicesFolder = (modelsDir: string): string => join(modelsDir, '.voices');

/** The absolute path of a voice's folder, by its name there or by its path. Throws `model-missing`. */
export async function resolveVoice(nameOrPath: string, { modelsDir }: ModelsLocation): Promise<string> {
  const isPath = isAbsolute(nameOrPath) || /[\\/]/.test(nameOrPath);
  const folder = isPath ? resolve(nameOrPath) : join(voicesFolder(modelsDir), nameOrPath);
  if (await isFolder(folder)) return folder;
  throw new ChispaError('model-missing', `There is no voice at ${folder}.`);
}

/** All model folders, by name: those in `modelsDir` that contain a config.json, and the bundled one. */
export async function listModels({ modelsDir }: ModelsLocation): Promise<{ name: string; path: string }[]> {
  const models = new Map([[BUNDLED_MODEL, bundledModelPath]]);
  for (const name of await readdir(modelsDir).catch(() => [])) {
    const path = resolve(modelsDir, name);
    if (modelName.safeParse(name).success && (await stat(join(path, 'config.json')).catch(() => undefined)))
      models.set(name, path);
  }
  return [...models].map(([name, path]) => ({ name, path })).sort((a, b) => a.name.localeCompare(b.name));
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;
