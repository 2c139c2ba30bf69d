import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../src/models/config.ts';
import { importFolder } from '../../src/models/import/import-folder.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { float32Tensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { parseTokenizer } from '../../src/models/tokenizer.ts';
import { storedName } from '../../src/models/weight-layout.ts';
import { temporaryFolder } from './tiny-model.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

export interface TinyLlama {
  /** One of the tokenizers in test/fixtures/tokenizer-forms. */
  tokenizer: string;
  config?: Record<string, unknown>;
  generation?: Record<string, unknown>;
}

/** A random model of the Llama family in a Hugging Face folder, as downloaded from the hub. */
export async function tinyLlamaSource({ tokenizer, config = {}, generation }: TinyLlama): Promise<string> {
  const folder = await temporaryFolder();
  const tokenizerPath = join(fixture('tokenizer-forms'), tokenizer, 'tokenizer.json');
  const { size } = parseTokenizer(await readFile(tokenizerPath, 'utf8'), tokenizer);
  const text = JSON.stringify({
    model_type: 'llama',
    vocab_size: size,
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 96,
    bos_token_id: 1,
    eos_token_id: 2,
    ...config,
  });
  const parsed = parseConfig(text, 'tiny');
  let state = 7;
  const random = () => {
    state = (state * 48271) % 0x7fff_ffff;
    return state / 0x7fff_ffff - 0.5;
  };
  await writeFile(join(folder, 'config.json'), text);
  await copyFile(tokenizerPath, join(folder, 'tokenizer.json'));
  if (generation) await writeFile(join(folder, 'generation_config.json'), JSON.stringify(generation));
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    [...expectedShapes(parsed)].map(([name, shape]) => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random);
      return float32Tensor(storedName(layoutOf(parsed), name), shape, values);
    }),
  );
  return folder;
}

/** Imports such a model and returns the path of its folder. */
export async function tinyLlamaFolder(model: TinyLlama): Promise<string> {
  const { path } = await importFolder(await tinyLlamaSource(model), {
    modelsDir: await temporaryFolder(),
    name: 'tiny',
  });
  return path;
}
