import { afterEach, describe, expect, it, vi } from 'vitest';
import { trainingGraph } from '../../src/graph/training.ts';
import { CASES, compareAdapterWithTorch, compareWithTorch } from './golden-gradients.ts';

/** torch's own float32 differs from its float64 by 5e-7. */
const TOLERANCE = 2e-6;

describe('gradients of a padded model', () => {
  it.each(CASES)('equal torch autograd for every parameter: %s', async (name) => {
    const { lossError, errors } = await compareWithTorch(name, trainingGraph);
    expect(lossError).toBeLessThan(TOLERANCE);
    expect(errors.filter(({ error }) => !(error <= TOLERANCE))).toEqual([]);
    expect(errors.length).toBeGreaterThan(20);
  });

  it.each(CASES)('are the same when the logits are computed in chunks: %s', async (name) => {
    const { lossError, errors } = await compareWithTorch(name, (config) =>
      trainingGraph(config, { atOnce: 5 }),
    );
    expect(lossError).toBeLessThan(TOLERANCE);
    expect(errors.filter(({ error }) => !(error <= TOLERANCE))).toEqual([]);
  });
});

describe('gradients of an adapter', () => {
  it.each(CASES)(
    'follow from torch autograd, also when the logits are computed in chunks: %s',
    async (name) => {
      for (const atOnce of [undefined, 5]) {
        const { lossError, errors, matrices } = await compareAdapterWithTorch(name, atOnce);
        expect(lossError).toBeLessThan(TOLERANCE);
        expect(errors.filter(({ error }) => !(error <= TOLERANCE))).toEqual([]);
        expect(errors).toHaveLength(matrices);
      }
    },
  );
});

describe('a broken rule', () => {
  afterEach(() => {
    vi.doUnmock('../../src/graph/ops/activation.ts');
    vi.resetModules();
  });

  it('is noticed: the derivative of another GELU', async () => {
    vi.resetModules();
    vi.doMock('../../src/graph/ops/activation.ts', async (original) => {
      const { apply } = await import('../../src/graph/ops/op.ts');
      const { mul, sigmoid } = await import('../../src/graph/ops/elementwise.ts');
      type Value = import('../../src/graph/value.ts').Value;
      const geluTanh = (x: Value) =>
        apply('Gelu', [x], {
          shape: x.shape,
          attributes: { approximate: 'tanh' },
          backward: (g) => [mul(g, sigmoid(mul(x, 1.702)))],
        });
      return { ...(await original<object>()), geluTanh };
    });
    const broken = await import('../../src/graph/training.ts');
    const { lossError, worst } = await compareWithTorch('usual', broken.trainingGraph);
    expect(lossError).toBeLessThan(TOLERANCE); // the forward pass is correct
    expect(worst).toBeGreaterThan(100 * TOLERANCE);
  });
});
