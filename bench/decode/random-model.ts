import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/paths.ts';
import { parseConfig } from '../../src/models/config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { type TensorSource, writeSafetensors } from '../../src/models/safetensors.ts';
import { storedName } from '../../src/models/weight-layout.ts';
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
/** Qwen/Qwen3-0.6B: 596 million parameters, a quarter of them in the tied embedding. */
const QWEN3_600M = {
  model_type: 'qwen3',
  architectures: ['Qwen3ForCausalLM'],
  vocab_size: 151_936,
  max_position_embeddings: 40_960,
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  tie_word_embeddings: true,
  bos_token_id: 151_935,
  eos_token_id: 151_935,
};

/** The bundled model. */
const MINI_ES = JSON.parse(
  readFileSync(join(packageRoot, 'models/mini-es/config.json'), 'utf8'),
) as ModelShape;

/** The shapes that benchmarks can be run on. */
export const SHAPES = {
  'gpt2-spanish': GPT2_SPANISH,
  'qwen3-0.6b': QWEN3_600M,
  'mini-es': MINI_ES,
};
export type ShapeName = keyof typeof SHAPES;

/** The content of a config.json. */
export type ModelShape = object & { vocab_size: number };

/** Standard deviation of a token's logits, as peaked as a trained model's. */
const LOGIT_DEVIATION = 4.4;
const SPREAD = 0.02;

/**
 * A model folder of this shape with random weights, made once in `folder`. The weights are spread like a trained
 * model's, and the last normalization is scaled so that logits are as peaked, too; end-of-text comes up at most once
 * in 50,000 tokens. GPT-2's weights are written as float32, those of Llama's family as bfloat16, as they are published.
 */
export async function randomModel(folder: string, shape: ModelShape = GPT2_SPANISH): Promise<string> {
  if (existsSync(join(folder, 'model.safetensors'))) return folder;
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify(shape, null, 2);
  await writeFile(join(folder, 'config.json'), text);
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson(shape.vocab_size));
  const config = parseConfig(text, 'random');
  const layout = layoutOf(config);
  const lastNorm = LOGIT_DEVIATION / (SPREAD * Math.sqrt(config.width));
  const half = config.architecture === 'llama';
  const random = createRandom(1);
  const sources = [...layout.shapes].map(([name, shape]): TensorSource => {
    const size = shape.reduce((a, b) => a * b, 1);
    const last = name === 'ln_f.weight' || name === 'norm.weight';
    const norm = last || /(ln_|norm).*\.weight$/.test(name);
    const center = norm ? (last ? lastNorm : 1) : 0;
    const spread = name.endsWith('c_attn.weight') ? 2 * SPREAD : shape.length === 2 ? SPREAD : SPREAD / 2;
    return {
      name: storedName(layout, name),
      dtype: half ? 'BF16' : 'F32',
      shape,
      *chunks() {
        for (let start = 0; start < size; start += 1 << 20) {
          const part = new Float32Array(Math.min(1 << 20, size - start));
          for (let i = 0; i < part.length; i++) part[i] = center + spread * random();
          yield half ? bfloat16(part) : new Uint8Array(part.buffer);
        }
      },
    };
  });
  await writeSafetensors(join(folder, 'model.safetensors'), sources);
  return folder;
}

/** The upper halves of the numbers. */
function bfloat16({ buffer, length }: Float32Array<ArrayBuffer>): Uint8Array {
  const halves = new Uint16Array(buffer);
  const upper = new Uint16Array(length);
  for (let i = 0; i < length; i++) upper[i] = halves[2 * i + 1] ?? 0;
  return new Uint8Array(upper.buffer);
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
