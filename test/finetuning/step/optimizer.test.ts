import { describe, expect, it } from 'vitest';
import { createTrainingMemory } from '../../../src/finetuning/step/memory.ts';
import { createAdamW, decays } from '../../../src/finetuning/step/optimizer.ts';
import { createRandom } from '../../../src/lib/random.ts';

const SHAPES = new Map([
  ['h.0.attn.c_attn.weight', [5, 7]],
  ['h.0.attn.c_attn.bias', [7]],
  ['h.0.ln_1.weight', [3]],
]);
const SETTINGS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

/** The update as in the paper, in float64. */
function reference(
  p: number[],
  gradients: number[][],
  decayed: boolean,
  clip: number,
  rate: number,
): number[] {
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  let current = p;
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    current = current.map((x, i) => {
      const g = (gradient[i] ?? 0) * clip;
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g;
      v[i] = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
      const kept = decayed ? x * (1 - rate * SETTINGS.weightDecay) : x;
      return (
        kept - (rate * ((m[i] ?? 0) / (1 - 0.9 ** t))) / (Math.sqrt((v[i] ?? 0) / (1 - 0.999 ** t)) + 1e-8)
      );
    });
  });
  return current;
}

function fill(values: Float32Array, random = createRandom(1)): number[] {
  for (let i = 0; i < values.length; i++) values[i] = random.unit() - 0.5;
  return Array.from(values);
}

describe('AdamW in WebAssembly', () => {
  it('updates as in the paper, decaying weights but neither biases nor norms', async () => {
    const memory = createTrainingMemory(SHAPES);
    const optimizer = await createAdamW(memory, SETTINGS);
    const random = createRandom(2);
    const start = new Map([...memory.views('parameters')].map(([name, view]) => [name, fill(view, random)]));
    const gradients = new Map([...SHAPES.keys()].map((name) => [name, [] as number[][]]));
    for (let step = 1; step <= 3; step++) {
      for (const [name, view] of memory.views('gradients')) gradients.get(name)?.push(fill(view, random));
      optimizer.step({ step, learningRate: 0.01, clip: 1e9 });
    }
    for (const [name, view] of memory.views('parameters')) {
      const expected = reference(start.get(name) ?? [], gradients.get(name) ?? [], decays(name), 1, 0.01);
      view.forEach((value, i) => {
        expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(2e-6);
      });
    }
    expect([...SHAPES.keys()].map(decays)).toEqual([true, false, false]);
  });

  it('clips gradients to a global norm over all tensors', async () => {
    const memory = createTrainingMemory(SHAPES);
    const optimizer = await createAdamW(memory, SETTINGS);
    const all = [...memory.views('gradients').values()].flatMap((view) => fill(view));
    const norm = optimizer.step({ step: 1, learningRate: 0, clip: 0.1 });
    expect(norm).toBeCloseTo(Math.hypot(...all), 6);
    const first = [...memory.views('first').values()].flatMap((view) => Array.from(view));
    expect(Math.hypot(...first)).toBeCloseTo(0.1 * 0.1, 6); // (1 − β₁) · clip
  });

  it('changes nothing when a gradient is not a number', async () => {
    const memory = createTrainingMemory(SHAPES);
    const optimizer = await createAdamW(memory, SETTINGS);
    const before = [...memory.views('parameters').values()].map((view) => fill(view));
    for (const view of memory.views('gradients').values()) view[0] = Number.NaN;
    expect(optimizer.step({ step: 1, learningRate: 0.1, clip: 1 })).toBeNaN();
    expect([...memory.views('parameters').values()].map((view) => Array.from(view))).toEqual(before);
  });

  it('sums gradients over the parts of a step, and starts the next from zero', async () => {
    const memory = createTrainingMemory(SHAPES, { accumulate: true });
    const optimizer = await createAdamW(memory, SETTINGS, { accumulated: true });
    const gradients = memory.whole('gradients');
    gradients.fill(1);
    optimizer.accumulate();
    optimizer.accumulate();
    expect(optimizer.step({ step: 1, learningRate: 0, clip: 1e9 })).toBeCloseTo(
      2 * Math.sqrt(gradients.length),
      5,
    );
    optimizer.accumulate();
    expect(optimizer.step({ step: 2, learningRate: 0, clip: 1e9 })).toBeCloseTo(
      Math.sqrt(gradients.length),
      5,
    );
  });
});

describe('training memory', () => {
  it('says what to do if a model is too large for it', () => {
    const shapes = new Map([['wte.weight', [300_000, 1000]]]);
    expect(() => createTrainingMemory(shapes)).toThrow('300 million parameters needs more than 4 GB');
  });
});
