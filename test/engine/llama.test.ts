import { readFileSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { parseConfig } from '../../src/models/config.ts';
import { selectWeights } from '../../src/models/import/select.ts';
import { openWeights } from '../../src/models/import/weights.ts';
import { writeSafetensors } from '../../src/models/safetensors.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openModel } from './open-model.ts';

vi.setConfig({ testTimeout: 120_000 }); // some models are quantized in a separate process

// Written by test/golden/llama.py in this shape.
const golden = JSON.parse(readFileSync(new URL('../golden/llama.json', import.meta.url), 'utf8')) as Record<
  string,
  { ids: number[]; logits: number[][]; prompt: number[]; greedy: number[] }
>;

/** The fixture with its weights in a single file, as after an import. */
async function imported(name: string): Promise<string> {
  const source = fixture(`random-llama/${name}`);
  const target = await temporaryFolder();
  const config = parseConfig(await readFile(join(source, 'config.json'), 'utf8'), name);
  const { tensors } = await selectWeights(await openWeights(source), config);
  await writeSafetensors(join(target, 'model.safetensors'), tensors);
  await copyFile(join(source, 'config.json'), join(target, 'config.json'));
  return target;
}

describe.each(Object.entries(golden))(
  'the decode graph of random %s',
  (name, { ids, logits, prompt, greedy }) => {
    const expected = logits.flat();

    it('gives the logits of Hugging Face transformers, read whole, in parts, and token by token', async () => {
      const { read } = await openModel(await imported(name));
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5); // the model is not trivial
      expect(furthest(await read(ids), expected)).toBeLessThan(1e-4);
      expect(furthest(await read(ids, [7, 16, 1, 13, 3]), expected)).toBeLessThan(1e-4);
      expect(furthest(await read(ids, Array(ids.length).fill(1)), expected)).toBeLessThan(1e-4);
    });

    it('decodes the greedy text of Hugging Face transformers, 64 tokens', async () => {
      const { decoder, newCache } = await openModel(await imported(name));
      const cache = newCache();
      await decoder.read(cache, prompt.slice(0, -1));
      const tokens: number[] = [];
      const request = { settings: { ...NEUTRAL_DEFAULTS, decoder: 'greedy' as const }, seed: 0 };
      for (let step = 0; step < greedy.length; step++) {
        const [token = -1] = await decoder.step(cache, [{ request, prompt, tokens }]);
        tokens.push(token);
      }
      expect(tokens).toEqual(greedy);
    });

    it.each(['fp32', 'q8', 'q4'] as const)(
      'gives a row the same logits, bit for bit, whatever the rows beside it and the capacity (%s)',
      async (precision) => {
        const folder = await imported(name);
        for (const threads of [1, 2]) {
          const { nextAmong } = await openModel(folder, { precision, threads });
          const alone = await nextAmong(0, 16);
          for (const [mates, bucket] of [[1, 16], [3, 64], [7, 32]] as const) // biome-ignore format: a small table
            expect(await nextAmong(mates, bucket)).toEqual(alone);
        }
      },
    );

    it('gives nearly the same logits with 8 bits as in fp32', async () => {
      const { read } = await openModel(await imported(name), { precision: 'q8' });
      const rough = await read(ids);
      const size = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length);
      const error = Math.sqrt(
        rough.reduce((sum, x, i) => sum + (x - (expected[i] ?? 0)) ** 2, 0) / expected.length,
      );
      expect(error / size).toBeGreaterThan(0);
      expect(error / size).toBeLessThan(0.15); // a small model with large weights
    });
  },
);
