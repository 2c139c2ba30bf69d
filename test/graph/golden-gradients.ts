import { readFileSync } from 'node:fs';
import { toBatch, totalWeight } from '../../src/finetuning/data/batch.ts';
import { mergeAdapters } from '../../src/finetuning/result/adapter.ts';
import type { Views } from '../../src/finetuning/step/memory.ts';
import { loraName } from '../../src/graph/trained-adapter.ts';
import { gradientName, type TrainingGraph, trainingGraph } from '../../src/graph/training.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { parseConfig } from '../../src/models/config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
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

function goldenCase(name: string): GoldenCase {
  const expected = golden[name];
  if (!expected) throw new Error(`no golden case ${name}`);
  return expected;
}

/** One step of a graph on a golden case's rows, with these tensors as parameters. */
async function step(graph: TrainingGraph, { ids, lengths }: GoldenCase, parameters: Views) {
  const session = await InferenceSession.create(graph.model, { intraOpNumThreads: 1 });
  const rows = ids.map((row, i) => [{ tokens: row.slice(0, lengths[i]), from: 1, weight: 1 }]);
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
  for (const [key, shape] of [...graph.frozen, ...graph.trainable])
    feeds[key] = new Tensor('float32', parameters.get(key) ?? new Float32Array(), shape);
  const results = await session.run(feeds);
  await session.release();
  return { batch, numbers: (output: string) => results[output]?.data as Float32Array };
}

const weightsOf = ({ weights }: GoldenCase): Views =>
  new Map(Object.entries(weights).map(([key, packed]) => [ours(key), unpack(packed)]));

const lossError = (loss: Float32Array, expected: GoldenCase): number =>
  Math.abs((loss[0] ?? Number.NaN) / expected.loss - 1);

/** Runs one golden case through `build`; errors are relative to torch's float64, the largest over all parameters. */
export async function compareWithTorch(name: string, build: typeof trainingGraph) {
  const expected = goldenCase(name);
  const config = parseConfig(JSON.stringify(expected.config), name);
  const graph = build(config);
  const { batch, numbers } = await step(graph, expected, weightsOf(expected));

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
  return {
    lossError: lossError(numbers('loss'), expected),
    errors,
    worst: Math.max(...errors.map((e) => e.error)),
  };
}

/**
 * The same for an adapter of rank 2 on every linear layer. It stands on weights from which it was subtracted, so that
 * the model is the golden one, and with torch's ∂W, ∂A = s·∂W·Bᵀ and ∂B = s·Aᵀ·∂W.
 */
export async function compareAdapterWithTorch(name: string, atOnce?: number) {
  const expected = goldenCase(name);
  const config = parseConfig(JSON.stringify(expected.config), name);
  const layout = layoutOf(config);
  const lora = { rank: 2, alpha: 3, targets: ['all-linear'] };
  const graph = trainingGraph(config, { lora, ...(atOnce !== undefined && { atOnce }) });
  const adapters: Views = new Map(
    [...graph.trainable].map(([key, shape], n) => [
      key,
      Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, i) => Math.sin(n * 5 + i * 1.7) / 4,
      ),
    ]),
  );
  const weights = weightsOf(expected);
  mergeAdapters(weights, adapters, { ...lora, alpha: -lora.alpha }, layout);
  const { numbers } = await step(graph, expected, new Map([...weights, ...adapters]));

  const scale = lora.alpha / lora.rank;
  const errors = Object.entries(expected.gradients).flatMap(([key, packed]) => {
    const layer = ours(key).replace(/\.weight$/, '');
    const [a, b] = [adapters.get(loraName(layer, 'A')), adapters.get(loraName(layer, 'B'))];
    if (!a || !b) return [];
    const ofWeight = unpack(packed);
    const [inputs, outputs] = [a.length / lora.rank, b.length / lora.rank];
    const [ofA, ofB] = [new Float64Array(a.length), new Float64Array(b.length)];
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) {
        const g = scale * (ofWeight[layout.inputsFirst ? i * outputs + o : o * inputs + i] ?? Number.NaN);
        for (let r = 0; r < lora.rank; r++) {
          const [atA, atB] = [i * lora.rank + r, r * outputs + o];
          ofA[atA] = (ofA[atA] ?? 0) + g * (b[atB] ?? 0);
          ofB[atB] = (ofB[atB] ?? 0) + g * (a[atA] ?? 0);
        }
      }
    return (['A', 'B'] as const).map((matrix) => {
      const parameter = loraName(layer, matrix);
      const right = Float32Array.from(matrix === 'A' ? ofA : ofB);
      return { parameter, error: relativeError(numbers(gradientName(parameter)), right) };
    });
  });
  return { lossError: lossError(numbers('loss'), expected), errors, matrices: adapters.size };
}
