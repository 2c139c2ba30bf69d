import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../../src/models/config.ts';
import { type TensorSource, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { tokenizerJson } from './tokenizer.ts';

/** GPT-2's smallest size, 124 million parameters, as in DeepESP/gpt2-spanish. */
export const GPT2_SPANISH = {
  model_type: 'gpt2',
  architectures: ['GPT2LMHeadModel'],
  vocab_size: 50257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
  bos_token_id: 50256,
  eos_token_id: 50256,
};
/** Scale of the last normalization. */
const PEAKED = 8;

export type ModelShape = typeof GPT2_SPANISH;

/**
 * A model folder of this shape with random weights, made once in `folder`. The weights are spread like a trained
 * GPT-2's, and the last normalization is scaled so that logits are as peaked as a trained model's; end-of-text comes up
 * at most once in 50,000 tokens.
 */
export async function randomModel(folder: string, shape: ModelShape = GPT2_SPANISH): Promise<string> {
  if (existsSync(join(folder, 'model.safetensors'))) return folder;
  await mkdir(folder, { recursive: true });
  const config = JSON.stringify(shape, null, 2);
  await writeFile(join(folder, 'config.json'), config);
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson(shape.vocab_size));
  const random = createRandom(1);
  const sources = [...expectedShapes(parseConfig(config, 'random'))].map(([name, shape]): TensorSource => {
    const size = shape.reduce((a, b) => a * b, 1);
    const norm = name.endsWith('.weight') && /ln_/.test(name);
    const scale = name === 'ln_f.weight' ? PEAKED : 1;
    const spread = name.endsWith('c_attn.weight') ? 0.04 : shape.length === 2 ? 0.02 : 0.01;
    return {
      name,
      dtype: 'F32',
      shape,
      *chunks() {
        for (let start = 0; start < size; start += 1 << 20) {
          const part = new Float32Array(Math.min(1 << 20, size - start));
          for (let i = 0; i < part.length; i++) part[i] = (norm ? scale : 0) + spread * random();
          yield new Uint8Array(part.buffer);
        }
      },
    };
  });
  await writeSafetensors(join(folder, 'model.safetensors'), sources);
  return folder;
}

/** Roughly normal numbers with mean 0 and deviation 1, as sums of uniform ones from Marsaglia's xorshift32. */
function createRandom(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() - 1.5) * 2;
}
