import { readFileSync } from 'node:fs';
import { toBatch, totalWeight } from '../../src/finetuning/data/batch.ts';
import { gradientName, type trainingGraph } from '../../src/graph/training.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { parseConfig } from '../../src/models/config.ts';
import { relativeError } from './run-graph.ts';

interface GoldenCase {
  config: object;
  ids: number[][];
  lengths: number[];
  weights: Record<string, string>;
  loss: number;
  gradients: Record<string, string>;
}

const golden: Record<string, GoldenCase> = JSON.parse(
  readFileSync(new URL('../golden/gradients.json', import.meta.url), 'utf8'),
);
export const CASES = Object.keys(golden);

const unpack = (base64: string) => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
const ours = (name: string) => name.replace(/^(transformer|model)\./, '');

/** Runs one golden case through `build`; errors are relative to torch's float64, the largest over all parameters. */
export async function compareWithTorch(name: string, build: typeof trainingGraph) {
  const expected = golden[name];
  if (!expected) throw new Error(`no golden case ${name}`);
  const config = parseConfig(JSON.stringify(expected.config), name);
  const graph = build(config);
  const session = await InferenceSession.create(graph.model, { intraOpNumThreads: 1 });
  const rows = expected.ids.map((ids, i) => [
    { tokens: ids.slice(0, expected.lengths[i]), from: 1, weight: 1 },
  ]);
  const batch = toBatch(rows);
  const grid = (data: BigInt64Array) => new Tensor('int64', data, [batch.rows, batch.length]);
  const divisor = totalWeight([batch]);
  const feeds: Record<string, Tensor> = {
    ids: grid(batch.ids),
    positions: grid(batch.positions),
    segments: grid(batch.segments),
    targets: new Tensor('int64', batch.targets, [batch.targets.length]),
    weights: new Tensor(
      batch.weights.map((weight) => weight / divisor),
      [batch.weights.length],
    ),
  };
  const weights = new Map(
    Object.entries(expected.weights).map(([key, packed]) => [ours(key), unpack(packed)]),
  );
  for (const [key, shape] of graph.trainable)
    feeds[key] = new Tensor('float32', weights.get(key) ?? new Float32Array(), shape);
  const results = await session.run(feeds);
  const numbers = (output: string) => results[output]?.data as Float32Array;

  const errors = Object.entries(expected.gradients).map(([key, packed]) => {
    const parameter = ours(key);
    const gradient = graph.dense.has(parameter)
      ? numbers(gradientName(parameter))
      : new Float32Array(unpack(packed).length);
    for (const { output, table, indices } of graph.rows) {
      if (table !== parameter) continue;
      const width = config.width;
      batch[indices].forEach((place, i) => {
        for (let d = 0; d < width; d++) {
          const at = Number(place) * width + d;
          gradient[at] = (gradient[at] ?? 0) + (numbers(output)[i * width + d] ?? 0);
        }
      });
    }
    return { parameter, error: relativeError(gradient, unpack(packed)) };
  });
  await session.release();
  const loss = numbers('loss')[0] ?? Number.NaN;
  return {
    lossError: Math.abs(loss / expected.loss - 1),
    errors,
    worst: Math.max(...errors.map((e) => e.error)),
  };
}
