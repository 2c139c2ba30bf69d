import { basename, join } from 'node:path';
import { z } from 'zod';
import { type ModelConfig, parseConfig } from './config.ts';
import { WEIGHTS_FILE } from './folder.ts';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest.ts';
import type { DropoutRates } from './module.ts';
import { readTextFile } from './regular-file.ts';
import { openSafetensors } from './safetensors.ts';
import { checkShapes, expectedShapes } from './shapes.ts';

/** Facts about a model, from its small files and the header of its weights. */
export interface ModelDescription {
  name: string;
  path: string;
  config: ModelConfig;
  dropout: DropoutRates;
  /** Absent in a plain Hugging Face folder. */
  manifest?: Manifest;
  /** Does not count a tied head twice. */
  parameters: number;
  /** Data types of the weights, for instance `F16`. */
  dtypes: string[];
  /** Size of the weights file. */
  bytes: number;
}

const rate = z.number().min(0).max(1).default(0.1); // transformers' default
const dropoutFields = z.looseObject({ embd_pdrop: rate, resid_pdrop: rate, attn_pdrop: rate });

/** Describes a model folder without loading its tokenizer or hashing its weights. Throws like `openModelFolder`. */
export async function describeModel(path: string): Promise<ModelDescription> {
  const configPath = join(path, 'config.json');
  const configText = await readTextFile(configPath);
  const config = parseConfig(configText, configPath);
  const weights = await openSafetensors(join(path, WEIGHTS_FILE));
  checkShapes(weights, config);
  const tensors = [...weights.tensors.values()];
  const manifestText = await readTextFile(join(path, MANIFEST_FILE)).catch(() => undefined);
  const manifest =
    manifestText === undefined ? undefined : parseManifest(manifestText, join(path, MANIFEST_FILE));
  const { embd_pdrop, resid_pdrop, attn_pdrop } = dropoutFields.parse(JSON.parse(configText));
  return {
    name: manifest?.name ?? basename(path),
    path,
    config,
    dropout: { embedding: embd_pdrop, residual: resid_pdrop, attention: attn_pdrop },
    ...(manifest ? { manifest } : {}),
    parameters: [...expectedShapes(config).values()].reduce(
      (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    ),
    dtypes: [...new Set(tensors.map((tensor) => tensor.dtype))],
    bytes: tensors.reduce((end, { offset, length }) => Math.max(end, offset + length), 0),
  };
}
