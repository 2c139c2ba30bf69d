import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { answerEnd } from '../prompt/chat.ts';
import { BARE_RECIPE } from '../prompt/recipe.ts';
import { type ModelConfig, parseConfig } from './config.ts';
import { GENERATION_CONFIG_FILE, withEnd, withEnds } from './generation-config.ts';
import { sha256File } from './hash.ts';
import { layoutOf } from './layouts.ts';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest.ts';
import { readTextFile } from './regular-file.ts';
import { openSafetensors, type SafetensorsFile, type TensorEntry } from './safetensors.ts';
import { checkShapes, findTensor } from './shapes.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

export const WEIGHTS_FILE = 'model.safetensors';

/** A model on disk whose parts have been checked to match. The weights stay on disk. */
export interface ModelFolder {
  /** Absolute path. */
  path: string;
  name: string;
  config: ModelConfig;
  manifest: Manifest;
  weights: SafetensorsFile;
  tokenizer: Tokenizer;
  /** sha256 of the weights file: the model's identity. */
  sha256: string;
}

/**
 * Opens a model folder: config.json, tokenizer.json, model.safetensors and chispa.json. A Hugging Face folder without
 * chispa.json is opened with a plain recipe (its weights are then hashed, which takes a moment). Throws
 * `model-missing`, `model-damaged`, `model-unsupported` or `model-mismatch`, each with one sentence that says what to
 * do.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const folder = resolve(path);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ChispaError(
      'model-missing',
      `There is no model folder at ${folder}. Import one with: npx chispa model import`,
    );
  const configPath = join(folder, 'config.json');
  const config = await readEnds(folder, parseConfig(await readText(configPath), configPath));
  const weights = await openSafetensors(join(folder, WEIGHTS_FILE));
  checkShapes(weights, config);
  const tokenizer = await loadTokenizer(folder);
  if (tokenizer.size > config.vocabSize)
    throw new ChispaError(
      'model-mismatch',
      `The tokenizer of ${folder} has ${tokenizer.size} tokens, the model only ${config.vocabSize}: they do not belong together.`,
    );
  const manifest = await readManifest(folder);
  await demandUnchanged(folder, manifest);
  const prompt = manifest?.prompt ?? BARE_RECIPE;
  const sha256 = manifest?.files[WEIGHTS_FILE] ?? (await sha256File(weights.path));
  const name = manifest?.name ?? basename(folder);
  return {
    path: folder,
    name,
    // A conversation may end with a token that no other file names.
    config: prompt.kind === 'chat' ? withEnd(config, answerEnd({ config, tokenizer }, prompt)) : config,
    manifest: manifest ?? { name, prompt, files: { [WEIGHTS_FILE]: sha256 } },
    weights,
    tokenizer,
    sha256,
  };
}

/**
 * A weight of the model by Hugging Face's name without its prefix, for instance `h.0.attn.c_attn.weight`.
 * `lm_head.weight` of a model with a tied head is its token embedding.
 */
export function tensorFor(
  folder: Pick<ModelFolder, 'name' | 'config' | 'weights'>,
  name: string,
): TensorEntry {
  const layout = layoutOf(folder.config);
  const tensor = findTensor(folder.weights, layout, name === 'lm_head.weight' ? layout.head : name);
  if (!tensor)
    throw new ChispaError('model-mismatch', `The model ${folder.name} has no weight named ${name}.`);
  return tensor;
}

async function readEnds(folder: string, config: ModelConfig): Promise<ModelConfig> {
  const path = join(folder, GENERATION_CONFIG_FILE);
  const present = await stat(path).catch(() => undefined);
  return present ? withEnds(config, await readText(path), path) : config;
}

/**
 * Compares the small files with their hashes: with other tokens or sizes, a model writes nonsense. The weights are
 * hashed only where nobody has to wait for it.
 */
async function demandUnchanged(folder: string, manifest: Manifest | undefined): Promise<void> {
  for (const name of ['config.json', 'tokenizer.json']) {
    const hash = manifest?.files[name];
    if (hash !== undefined && (await sha256File(join(folder, name))) !== hash)
      throw new ChispaError(
        'model-damaged',
        `${join(folder, name)} is not what was imported: its bytes have changed. Import the model again.`,
      );
  }
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  const present = await stat(path).catch(() => undefined);
  return present ? parseManifest(await readText(path), path) : undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (cause) {
    throw new ChispaError(
      'model-damaged',
      `Cannot read ${path}: ${messageOf(cause)}. Import the model again.`,
      {
        cause,
      },
    );
  }
}
