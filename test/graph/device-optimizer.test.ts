import { describe, expect, it } from 'vitest';
import { deviceAdamW, deviceSums, type OptimizedTensor } from '../../src/graph/device-optimizer.ts';
import { createRandom } from '../../src/lib/random.ts';
import { type Numbers, runGraph } from './run-graph.ts';

/** More small tensors than share an operation, of both kinds and of awkward sizes, and two large ones. */
const SIZES = [1, 2, 3, 64, 77, 100, 257, 1021, 5, 768, 2 ** 18, 2 ** 18 + 3, 512 * 600];
const TENSORS: OptimizedTensor[] = [
  ...SIZES.map((size, i) => ({ name: `w${i}`, size, decayed: true })),
  ...SIZES.slice(0, 9).map((size, i) => ({ name: `b${i}`, size, decayed: false })),
];
const random = createRandom(3);
const numbers = (size: number, least: number, most: number) =>
  Float32Array.from({ length: size }, () => least + (most - least) * random.unit());

describe('AdamW on a device', () => {
  it('updates every tensor as in the paper, whatever its size', async () => {
    const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const [step, learningRate, decay, clip] = [3, 0.01, 0.1, 1];
    const state = TENSORS.map(({ size }) => ({
      parameter: numbers(size, -1, 1),
      first: numbers(size, -0.1, 0.1),
      second: numbers(size, 0, 0.1),
      gradient: numbers(size, -0.5, 0.5),
    }));
    const inputs: Numbers = {
      ...{ loss: [2.5], clip: [clip], one: [1], keep: [1 - learningRate * decay] },
      rate: [learningRate / (1 - 0.9 ** step)],
      root: [1 / Math.sqrt(1 - 0.999 ** step)],
      ...{ report: new Array(16).fill(9), row: [5] },
    };
    for (const [i, { name }] of TENSORS.entries())
      for (const [stem, values] of Object.entries(state[i] ?? {})) inputs[`${stem}:${name}`] = values;
    const results = await runGraph(deviceAdamW(TENSORS, constants), inputs);

    let square = 0;
    for (const { gradient } of state) for (const g of gradient) square += g * g;
    const norm = Math.sqrt(square);
    for (const [i, { name, size, decayed }] of TENSORS.entries()) {
      const { parameter, first, second, gradient } = state[i] ?? fail();
      const next = (stem: string) => results[`next:${stem}:${name}`] ?? fail();
      expect(next('parameter')).toHaveLength(size);
      let furthest = 0;
      for (let j = 0; j < size; j++) {
        const g = ((gradient[j] ?? 0) * clip) / norm;
        const m = 0.9 * (first[j] ?? 0) + 0.1 * g;
        const v = 0.999 * (second[j] ?? 0) + 0.001 * g * g;
        const change = m / (1 - 0.9 ** step) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
        const kept = (parameter[j] ?? 0) * (decayed ? 1 - learningRate * decay : 1);
        for (const [value, expected] of [
          [next('first')[j], m],
          [next('second')[j], v],
          [next('parameter')[j], kept - learningRate * change],
        ])
          furthest = Math.max(furthest, Math.abs((value ?? Number.NaN) - (expected ?? 0)));
      }
      expect(furthest, `${name} of ${size}`).toBeLessThan(1e-5);
    }
    const report = results['next:report'] ?? fail();
    expect(report[10]).toBe(2.5);
    expect(report[11]).toBeCloseTo(norm, 2);
    expect(report.filter((_, i) => i < 10 || i > 11)).toEqual(new Array(14).fill(9));
  });

  it('adds up the parts of a step, after forgetting the step before', async () => {
    const sums = TENSORS.map(({ size }) => numbers(size, -1, 1));
    const parts = TENSORS.map(({ size }) => numbers(size, -1, 1));
    const named = (stem: string, all: readonly Float32Array[]): Numbers =>
      Object.fromEntries(TENSORS.map(({ name }, i) => [`${stem}:${name}`, all[i] ?? fail()]));
    for (const carry of [0, 1]) {
      const inputs = { carry: [carry], ...named('sum', sums), ...named('part', parts) };
      const results = await runGraph(deviceSums(TENSORS), inputs);
      for (const [i, { name }] of TENSORS.entries())
        expect(results[`next:${name}`]).toEqual(
          Array.from(parts[i] ?? fail(), (x, j) => Math.fround(x + carry * (sums[i]?.[j] ?? Number.NaN))),
        );
    }
  });
});

function fail(): never {
  throw new Error('unreachable: there is one for each tensor');
}
