import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { type ModelFolder, WEIGHTS_FILE } from '../../models/folder.ts';
import { sha256File } from '../../models/hash.ts';
import { layoutOf } from '../../models/layouts.ts';
import { MANIFEST_FILE, type Manifest, manifestSchema } from '../../models/manifest.ts';
import { float32Tensor, writeSafetensors } from '../../models/safetensors.ts';
import { storedName } from '../../models/weight-layout.ts';
import type { Recipe } from '../../prompt/recipe.ts';
import type { Views } from '../step/memory.ts';

export interface TrainedModel {
  base: ModelFolder;
  name: string;
  /** Every weight of the model by its Hugging Face name without prefix. */
  weights: Views;
  prompt: Recipe;
  /** What the manifest records about the run. */
  training: Record<string, unknown>;
  /** Writes further files (metrics, chart), perhaps in a subfolder. */
  write(folder: string): Promise<void>;
}

/** Files of a Hugging Face folder that training does not change. */
const COPIED = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
  'generation_config.json',
  'chat_template.jinja',
  'LICENSE',
];

/** Writes a model folder in Hugging Face's layout, atomically. Throws `model-exists`. */
export async function writeModel(output: string, model: TrainedModel): Promise<void> {
  if (existsSync(output)) throw new ChispaError('model-exists', `There is already something at ${output}.`);
  const { base, name, weights, prompt, training } = model;
  const folder = `${output}.incomplete`;
  await rm(folder, { recursive: true, force: true });
  makeFolder(folder);
  try {
    const files = ['config.json', WEIGHTS_FILE];
    await writeFile(join(folder, 'config.json'), await configText(base));
    for (const file of COPIED.filter((file) => existsSync(join(base.path, file)))) {
      await copyFile(join(base.path, file), join(folder, file));
      files.push(file);
    }
    const layout = layoutOf(base.config);
    await writeSafetensors(
      join(folder, WEIGHTS_FILE),
      [...weights].map(([weight, values]) =>
        float32Tensor(storedName(layout, weight), layout.shapes.get(weight) ?? [], values),
      ),
    );
    await model.write(folder);
    const hashes = await Promise.all(
      files.map(async (file) => [file, await sha256File(join(folder, file))] as const),
    );
    const { licence, description } = base.manifest;
    const manifest: Manifest = manifestSchema.parse({
      name,
      ...(description !== undefined && { description }),
      prompt,
      source: base.name,
      ...(licence !== undefined && { licence }),
      created: new Date().toISOString(),
      files: Object.fromEntries(hashes),
      training,
    });
    await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    makeFolder(dirname(output));
    await rename(folder, output);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The base's config.json, with float32 as its type: the base's weights may be in half precision, ours are not. */
async function configText(base: ModelFolder): Promise<string> {
  const config: Record<string, unknown> = JSON.parse(await readFile(join(base.path, 'config.json'), 'utf8'));
  for (const field of ['dtype', 'torch_dtype']) if (field in config) config[field] = 'float32';
  return `${JSON.stringify(config, null, 2)}\n`;
}
