import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import type { LoraTarget } from '../../src/graph/lora-targets.ts';
import { loraName } from '../../src/graph/trained-adapter.ts';
import { tensorFor } from '../../src/models/folder.ts';
import { float32Tensor, readTensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openModel, openWeights } from './open-model.ts';

const targets: LoraTarget[] = ['attn.c_attn', 'mlp.c_proj'];
const rank = 2;
const base = fixture('random-gpt2/plain');
const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

/** Element of adapter `which`'s matrix: any numbers that differ everywhere. */
const element = (which: number, name: string, i: number) =>
  Math.sin(which * 7 + name.length * 3 + i * 1.3) * 0.3;

/** Matrices A [in, rank] and B [rank, out] of one adapter for a layer. */
function matrices(which: number, name: string, inputs: number, outputs: number) {
  return {
    a: Float32Array.from({ length: inputs * rank }, (_, i) => element(which, `${name}A`, i)),
    b: Float32Array.from({ length: rank * outputs }, (_, i) => element(which, `${name}BB`, i)),
  };
}

const isAdapted = (name: string) => targets.some((target) => name.endsWith(`.${target}.weight`));

/** Logits of the base model with A·B of one adapter added to its weights. */
async function merged(which: number): Promise<Float32Array> {
  const folder = await temporaryFolder();
  await cp(base, folder, { recursive: true });
  const weights = await openWeights(base);
  const tensors = [];
  for (const [name, shape] of expectedShapes(weights.config)) {
    const values = await readTensor(weights.weights, tensorFor(weights, name).name);
    const [inputs = 0, outputs = 0] = shape;
    if (isAdapted(name)) {
      const { a, b } = matrices(which, name.replace('.weight', ''), inputs, outputs);
      values.forEach((value, i) => {
        const [row, column] = [Math.floor(i / outputs), i % outputs];
        let sum = value;
        for (let r = 0; r < rank; r++) sum += (a[row * rank + r] ?? 0) * (b[r * outputs + column] ?? 0);
        values[i] = sum;
      });
    }
    tensors.push(float32Tensor(name, shape, values));
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  return (await openModel(folder)).read(ids);
}

it('gives each row of a batch the logits of the weights its own adapter would be merged into', async () => {
  const { session, config } = await openModel(base, { adapters: targets });
  const inputs: Record<string, Tensor> = {
    adapter_columns: new Tensor('int64', BigInt64Array.of(1n, 1n, 2n, 2n), [4]),
    adapters: new Tensor('int64', BigInt64Array.of(0n, 2n, 1n), [3]),
  };
  for (const [weight, [rows = 0, columns = 0]] of expectedShapes(config)) {
    if (!isAdapted(weight)) continue;
    const name = weight.replace('.weight', '');
    const one = matrices(1, name, rows, columns);
    const two = matrices(2, name, rows, columns);
    const a = new Float32Array(rows * 4);
    for (let i = 0; i < rows; i++)
      a.set(
        [...one.a.subarray(i * rank, (i + 1) * rank), ...two.a.subarray(i * rank, (i + 1) * rank)],
        i * 4,
      );
    inputs[loraName(name, 'A')] = new Tensor('float32', a, [rows, 4]);
    inputs[loraName(name, 'B')] = new Tensor('float32', Float32Array.of(...one.b, ...two.b), [4, columns]);
  }
  const decoder = createDecoderSession(session, config, { extra: () => inputs });
  const cache = createKvCache(config, 16);
  for (let row = 0; row < 3; row++) cache.add();
  const all = ids.map((_, i) => i);
  const logits = await decoder.logits(cache, [...ids, ...ids, ...ids], ids.length, [0, 1, 2].flatMap((row) => all.map((i) => row * ids.length + i))); // biome-ignore format: one call
  const rowOf = (row: number) =>
    logits.subarray(row * ids.length * config.vocabSize, (row + 1) * ids.length * config.vocabSize);

  const plain = await (await openModel(base)).read(ids);
  expect(furthest(rowOf(0), plain)).toBeLessThan(1e-4);
  expect(furthest(rowOf(1), await merged(2))).toBeLessThan(1e-4);
  expect(furthest(rowOf(2), await merged(1))).toBeLessThan(1e-4);
  expect(furthest(rowOf(1), plain)).toBeGreaterThan(0.1);
  expect(furthest(rowOf(1), rowOf(2))).toBeGreaterThan(0.1);
});
