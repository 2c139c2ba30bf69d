import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import type { ModelWeights } from '../../src/engine/quantized-file.ts';
import { createDecodeSession, type SessionOptions } from '../../src/engine/session.ts';
import { parseConfig } from '../../src/models/config.ts';
import { sha256File } from '../../src/models/hash.ts';
import { openSafetensors } from '../../src/models/safetensors.ts';

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Opens a model's weights without its tokenizer, which some fixtures lack. */
export async function openWeights(path: string): Promise<ModelWeights> {
  const file = join(path, 'config.json');
  const config = parseConfig(await readFile(file, 'utf8'), file);
  const weights = await openSafetensors(join(path, 'model.safetensors'));
  return { path, name: 'fixture', sha256: await sha256File(weights.path), config, weights };
}

/** The model in `folder`, fed any number of tokens at a time. */
export async function openModel(folder: string, options: Partial<SessionOptions> = {}) {
  const weights = await openWeights(folder);
  const session = await createDecodeSession(weights, {
    provider: 'cpu',
    threads: 1,
    precision: 'fp32',
    log: { info() {}, warn() {} },
    ...options,
  });
  const decoder = createDecoderSession(session, weights.config);
  const newCache = (bucket = 16) => {
    const cache = createKvCache(weights.config, bucket);
    cache.add();
    return cache;
  };
  /** Logits [tokens, V] of one text, read in parts of these lengths. */
  const read = async (ids: readonly number[], parts: readonly number[] = [ids.length], bucket = 16) => {
    const cache = newCache(bucket);
    const { vocabSize } = weights.config;
    const logits = new Float32Array(ids.length * vocabSize);
    let start = 0;
    for (const length of parts) {
      const part = ids.slice(start, start + length);
      const wanted = part.map((_, i) => i);
      logits.set(await decoder.logits(cache, part, length, wanted), start * vocabSize);
      start += length;
    }
    return logits;
  };
  /** Logits [V] of token 5 after thirty others, decoded alone or in the middle of that many rows of other lengths. */
  const nextAmong = async (mates: number, bucket: number) => {
    const text = Array.from({ length: 30 }, (_, i) => (i * 7 + 1) % weights.config.vocabSize);
    const batch = createKvCache(weights.config, bucket);
    const row = mates >> 1;
    for (let i = 0; i <= mates; i++) {
      const own = newCache(bucket);
      const other = Array.from({ length: 3 + i * 4 }, (_, j) => (i * j + 2) % weights.config.vocabSize);
      await decoder.read(own, i === row ? text : other);
      batch.add(own);
    }
    const ids = Array.from({ length: mates + 1 }, (_, i) =>
      i === row ? 5 : (i * 3) % weights.config.vocabSize,
    );
    return decoder.logits(batch, ids, 1, [row]);
  };
  return { ...weights, session, decoder, newCache, read, nextAmong };
}

/** The largest difference between two lists of numbers. */
export const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? Number.NaN))), 0);
};
