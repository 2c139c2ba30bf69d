import { describe, expect, it } from 'vitest';
import { createGraph } from '../../src/graph/graph.ts';
import { dropout } from '../../src/graph/ops/index.ts';
import { createRandom } from '../../src/lib/random.ts';
import { runGraph } from './run-graph.ts';

const ROWS = 400;
const COLUMNS = 300;

async function mask(p: number, seed: number): Promise<number[]> {
  const random = createRandom(seed);
  const keys = (count: number, odd = false) =>
    Array.from({ length: count }, () => (odd ? random.int32() | 1 : random.int32()));
  const graph = createGraph();
  const x = graph.input('x', 'float32', [ROWS, COLUMNS]);
  const key = (name: string, shape: number[]) => graph.input(name, 'int32', shape);
  const sites = {
    multiplier: key('multiplier', [ROWS, 1]),
    offset: key('offset', [ROWS, 1]),
    column: key('column', [1, COLUMNS]),
  };
  graph.output('y', dropout(x, p, sites));
  const { y = [] } = await runGraph(graph, {
    x: new Float32Array(ROWS * COLUMNS).fill(1),
    multiplier: keys(ROWS, true),
    offset: keys(ROWS),
    column: keys(COLUMNS),
  });
  return y;
}

const share = (values: readonly number[], test: (value: number) => boolean) =>
  values.filter(test).length / values.length;

describe('dropout', () => {
  it.each([0.1, 0.5, 0.9])('drops a share of %d and scales the rest', async (p) => {
    const y = await mask(p, 1);
    const deviation = Math.sqrt((p * (1 - p)) / y.length);
    expect(Math.abs(share(y, (value) => value === 0) - p)).toBeLessThan(5 * deviation);
    expect(share(y, (value) => value === 0 || Math.abs(value * (1 - p) - 1) < 1e-6)).toBe(1);
  });

  it('is the same for the same keys and different for others', async () => {
    const first = await mask(0.5, 1);
    expect(await mask(0.5, 1)).toEqual(first);
    const agreement = share(await mask(0.5, 2), (value) => value === 0);
    expect(agreement).toBeGreaterThan(0.4);
    const other = await mask(0.5, 2);
    expect(other.filter((value, i) => value === first[i]).length / first.length).toBeCloseTo(0.5, 1);
  });

  it('drops neighbors in rows and columns independently', async () => {
    const y = (await mask(0.5, 3)).map((value) => (value === 0 ? -1 : 1));
    const correlation = (distance: number) =>
      y.slice(distance).reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0) / y.length;
    for (const distance of [1, 2, COLUMNS, 2 * COLUMNS])
      expect(Math.abs(correlation(distance))).toBeLessThan(0.02);
  });
});
