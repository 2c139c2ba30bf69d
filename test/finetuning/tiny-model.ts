import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingJoke } from '../../src/finetuning/data/samples.ts';
import { createRandom } from '../../src/lib/random.ts';
import { parseConfig } from '../../src/models/config.ts';
import { float32Tensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';

/** GPT-2's byte alphabet: printable bytes stand for themselves, the others for letters from U+0100 on. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

const EOT = 256;
const CONFIG = {
  model_type: 'gpt2',
  vocab_size: 257,
  n_positions: 96,
  n_embd: 16,
  n_layer: 2,
  n_head: 2,
  eos_token_id: EOT,
  bos_token_id: EOT,
  pad_token_id: EOT,
};
const TOKENIZER = {
  version: '1.0',
  added_tokens: [{ id: EOT, content: '<|endoftext|>', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([...byteAlphabet(), '<|endoftext|>'].map((token, id) => [token, id])),
    merges: [],
  },
};

/**
 * Writes a Hugging Face folder of a GPT-2 with 11,000 random weights that reads bytes. `config` overrides; `scale` is
 * the width of the weights.
 */
export async function writeTinyModel(folder: string, config: object = {}, scale = 0.2): Promise<string> {
  const text = JSON.stringify({ ...CONFIG, ...config });
  const random = createRandom(7);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), text);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(TOKENIZER));
  const tensors = [...expectedShapes(parseConfig(text, 'config.json'))].map(([name, shape]) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    const center = /ln_.*weight/.test(name) ? 1 : 0;
    for (let i = 0; i < values.length; i++) values[i] = center + (random.unit() - 0.5) * scale;
    return float32Tensor(name.startsWith('lm_head') ? name : `transformer.${name}`, shape, values);
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  return folder;
}

const WORDS = 'luna pan perro médico suegra rana bar queso tren ñu sol pez gato vino mesa loro árbol'.split(
  ' ',
);

/** Distinct short texts, none a near-duplicate of another. */
export function someJokes(count: number): TrainingJoke[] {
  const random = createRandom(3);
  const word = () => WORDS[Math.floor(random.unit() * WORDS.length)] ?? '';
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 5 + Math.floor(random.unit() * 5) }, word);
    return { text: `¿${words.join(' ')}?`, themes: [words[0] ?? ''], weight: 1 };
  });
}
