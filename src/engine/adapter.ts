import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SLOT } from '../graph/stacked-lora.ts';
import { loraName, loraShapes } from '../graph/trained-adapter.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import { openSafetensors, readTensor, type SafetensorsFile } from '../models/safetensors.ts';
import { linearNames, type WeightLayout } from '../models/weight-layout.ts';

/** A low-rank adapter in the form that the decode graph's stack takes. */
export interface Adapter {
  /** The kinds of layers it changes. */
  targets: readonly string[];
  /**
   * Number of slots it takes in the stack, a power of two. When adapters are ordered by size, none then crosses a
   * boundary at which onnxruntime splits a product, so none depends on its neighbors.
   */
  slots: number;
  /**
   * By layer (`h.0.attn.c_attn`): A [slots, in, 4] and B [4·slots, out], padded with zeros. B includes the factor
   * alpha/rank.
   */
  layers: ReadonlyMap<string, { a: Float32Array; b: Float32Array }>;
}

const nothing = z.union([z.null(), z.array(z.never()), z.record(z.string(), z.never())]).optional();

/** The fields of PEFT's adapter_config.json that affect the result. */
const peftConfig = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.number().int().min(1).max(128),
  lora_alpha: z.number(),
  use_rslora: z.boolean().default(false),
  use_dora: z.literal(false).default(false),
  bias: z.literal('none').default('none'),
  modules_to_save: nothing,
  rank_pattern: nothing,
  alpha_pattern: nothing,
});

/**
 * Reads an adapter folder in PEFT's layout (adapter_config.json, adapter_model.safetensors), as `chispa train --mode
 * lora` writes it. Throws `adapter-missing`, `adapter-unsupported` when it needs more than low-rank matrices on the
 * linear layers of the blocks, and `adapter-mismatch` when it does not fit the model.
 */
export async function openAdapter(folder: string, config: ModelConfig): Promise<Adapter> {
  const { r: rank, lora_alpha: alpha, use_rslora: rootScaled } = await readConfig(folder);
  const factor = alpha / (rootScaled ? Math.sqrt(rank) : rank);
  const file = await openSafetensors(join(folder, 'adapter_model.safetensors'));
  const layout = layoutOf(config);
  const known = linearNames(layout);
  const found = matricesOf(folder, file, layout);
  const slots = 2 ** Math.ceil(Math.log2(Math.ceil(rank / SLOT)));
  const layers = new Map<string, { a: Float32Array; b: Float32Array }>();
  const shapes = loraShapes(config, { rank, targets: known });
  for (const [name, tensor] of found) {
    const [rows = 0, columns = 0] = shapes.get(name) ?? [];
    // PEFT stores matrices as PyTorch's Linear does: [out, in].
    if (tensor.shape.join() !== [columns, rows].join())
      throw mismatch(folder, `${tensor.name} is [${tensor.shape}]`);
    const layer = name.replace(/\.lora_[AB]$/, '');
    const a = found.get(loraName(layer, 'A'));
    const b = found.get(loraName(layer, 'B'));
    if (!a || !b) throw mismatch(folder, `${layer} has only one of its two matrices`);
    if (layers.has(layer)) continue;
    layers.set(layer, {
      a: stackedA(await finite(folder, file, a.name), rank, slots),
      b: stackedB(await finite(folder, file, b.name), rank, slots, factor),
    });
  }
  const names = [...layers.keys()];
  const targets = known.filter((target) => names.some((name) => name.endsWith(`.${target}`)));
  return { targets, slots, layers };
}

async function readConfig(folder: string): Promise<z.infer<typeof peftConfig>> {
  const path = join(folder, 'adapter_config.json');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ChispaError(
      'adapter-missing',
      `There is no adapter in ${folder}: ${messageOf(cause)}. Train one with: npx chispa train --mode lora`,
      { cause },
    );
  }
  const parsed = peftConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChispaError(
    'adapter-unsupported',
    `The adapter ${path} cannot be used: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}

/** The matrices in the file, by our names for them. */
function matricesOf(folder: string, file: SafetensorsFile, layout: WeightLayout) {
  const { prefix, blocks } = layout;
  const known = linearNames(layout);
  const layer = new RegExp(`^base_model\\.model\\.(?:${prefix})?(${blocks}\\d+\\.(?:${known.join('|')})\\.lora_[AB])\\.weight$`); // biome-ignore format: one pattern
  return new Map(
    [...file.tensors].map(([name, { shape }]) => {
      const [, own] = layer.exec(name) ?? [];
      if (own === undefined)
        throw new ChispaError(
          'adapter-unsupported',
          `The adapter ${folder} changes ${name}; only ${known.join(', ')} of the blocks can be adapted.`,
        );
      return [own, { name, shape }] as const;
    }),
  );
}

/** An infinity would affect rows that do not use the adapter, because 0 · ∞ is NaN. */
async function finite(folder: string, file: SafetensorsFile, name: string): Promise<Float32Array> {
  const values = await readTensor(file, name);
  if (values.every(Number.isFinite)) return values;
  throw mismatch(folder, `${name} holds NaN or infinity`);
}

/** [rank, in] → [slots, in, 4]. */
function stackedA(values: Float32Array, rank: number, slots: number): Float32Array {
  const inputs = values.length / rank;
  const stacked = new Float32Array(slots * inputs * SLOT);
  for (let column = 0; column < rank; column++) {
    const start = Math.floor(column / SLOT) * inputs * SLOT + (column % SLOT);
    for (let i = 0; i < inputs; i++) stacked[start + i * SLOT] = values[column * inputs + i] ?? 0;
  }
  return stacked;
}

/** [out, rank] → [4·slots, out], scaled. */
function stackedB(values: Float32Array, rank: number, slots: number, factor: number): Float32Array {
  const outputs = values.length / rank;
  const stacked = new Float32Array(slots * SLOT * outputs);
  for (let i = 0; i < outputs; i++)
    for (let row = 0; row < rank; row++) stacked[row * outputs + i] = factor * (values[i * rank + row] ?? 0);
  return stacked;
}

const mismatch = (folder: string, why: string) =>
  new ChispaError('adapter-mismatch', `The adapter ${folder} does not fit the model: ${why}.`);
