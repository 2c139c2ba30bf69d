import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BYTE_OF_CHARACTER } from '../../src/models/byte-level.ts';
import { parseConfig } from '../../src/models/config.ts';
import { float32Tensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';

/** config.json of a model small enough to make by the hundred; its vocabulary is the 256 bytes and end-of-text. */
export const TINY_CONFIG = {
  model_type: 'gpt2',
  vocab_size: 257,
  n_positions: 16,
  n_embd: 8,
  n_layer: 2,
  n_head: 2,
  bos_token_id: 256,
  eos_token_id: 256,
};

/** A tokenizer.json with only bytes, without merges. */
export function tinyTokenizer(extraTokens: string[] = []): object {
  const vocab = Object.fromEntries([...BYTE_OF_CHARACTER].map(([character, byte]) => [character, byte]));
  const special = ['<|endoftext|>', ...extraTokens];
  return {
    version: '1.0',
    added_tokens: special.map((content, i) => ({ id: 256 + i, content, special: true, normalized: false })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab, merges: [] },
  };
}

export interface TinyModel {
  config?: Record<string, unknown>;
  tokenizer?: object;
  /** Changes the tensors before they are written: rename, drop, reshape. */
  tensors?: (tensors: Map<string, readonly number[]>) => void;
}

/** Writes a complete random model folder into `path`. */
export async function writeTinyModel(
  path: string,
  { config = {}, tokenizer, tensors }: TinyModel = {},
): Promise<void> {
  await mkdir(path, { recursive: true });
  const text = JSON.stringify({ ...TINY_CONFIG, ...config });
  const shapes = new Map(expectedShapes(parseConfig(text, 'tiny')));
  tensors?.(shapes);
  let state = 1;
  const random = () => {
    state = (state * 48271) % 0x7fff_ffff;
    return (state / 0x7fff_ffff - 0.5) * 0.1;
  };
  await writeFile(join(path, 'config.json'), text);
  await writeFile(join(path, 'tokenizer.json'), JSON.stringify(tokenizer ?? tinyTokenizer()));
  await writeSafetensors(
    join(path, 'model.safetensors'),
    [...shapes].map(([name, shape]) =>
      float32Tensor(name, shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random)),
    ),
  );
}

/** A temporary folder that is deleted when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chispa-models-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A temporary folder holding a tiny model. */
export async function tinyModelFolder(model?: TinyModel): Promise<string> {
  const path = await temporaryFolder();
  await writeTinyModel(path, model);
  return path;
}
