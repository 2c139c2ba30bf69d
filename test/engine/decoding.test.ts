import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { fixture, furthest, openModel } from './open-model.ts';

// Written by test/golden/logits.py in this shape.
const golden = JSON.parse(readFileSync(new URL('../golden/logits.json', import.meta.url), 'utf8')) as Record<
  string,
  { ids: number[]; logits: number[][] }
>;

describe.each(Object.entries(golden))('the decode graph of random GPT-2 "%s"', (name, { ids, logits }) => {
  it('gives the logits of Hugging Face transformers, read whole, in parts, and token by token', async () => {
    const { read } = await openModel(fixture(`random-gpt2/${name}`));
    const expected = logits.flat();
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5); // the model is not trivial
    expect(furthest(await read(ids), expected)).toBeLessThan(1e-4);
    expect(furthest(await read(ids, [7, 16, 1, 13, 3]), expected)).toBeLessThan(1e-4);
    expect(furthest(await read(ids, Array(ids.length).fill(1)), expected)).toBeLessThan(1e-4);
  });
});

describe('the decode graph of a trained model', () => {
  it('gives the logits of an independent ONNX export of the same weights', async () => {
    const folder = fixture('capp-gpt2');
    const { read, config } = await openModel(folder);
    const other = await InferenceSession.create(join(folder, 'model.onnx'));
    const ids = Array.from({ length: 60 }, (_, i) => (i * 17 + 3) % config.vocabSize);
    const int64 = (values: readonly number[], shape: number[]) =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    const noPast = [1, config.heads, 0, config.width / config.heads];
    const { logits } = await other.run({
      input_ids: int64(ids, [1, ids.length]),
      position_ids: int64(ids.map((_, i) => i), [1, ids.length]), // biome-ignore format: one input a line
      attention_mask: int64(ids.map(() => 1), [1, ids.length]), // biome-ignore format: one input a line
      ...Object.fromEntries(
        other.inputNames
          .filter((name) => name.startsWith('past_key_values'))
          .map((name) => [name, new Tensor('float32', new Float32Array(), noPast)]),
      ),
    });
    expect(furthest(await read(ids), logits?.data as Float32Array)).toBeLessThan(1e-4);
    expect(furthest(await read(ids, [32, 20, 8]), logits?.data as Float32Array)).toBeLessThan(1e-4);
    await other.release();
  });

  it('gives a row the same logits, bit for bit, whatever the rows beside it and the capacity of the cache', async () => {
    for (const threads of [1, 2]) {
      const { nextAmong } = await openModel(fixture('capp-gpt2'), { threads });
      const alone = await nextAmong(0, 16);
      for (const [mates, bucket] of [[1, 16], [3, 256], [7, 64]] as const) // biome-ignore format: a small table
        expect(await nextAmong(mates, bucket)).toEqual(alone);
    }
  });
});
