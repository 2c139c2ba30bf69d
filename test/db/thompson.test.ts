import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawQuality } from '../../src/db/thompson.ts';
import { seeded } from './samples.ts';

type Counts = [number, number, number, number, number];
function momentsOf(counts: Counts): { mean: number; variance: number } {
  const random = seeded(1);
  const values = Array.from({ length: 50_000 }, () => drawQuality({ counts }, random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

describe('a draw of a joke’s quality', () => {
  it.each<[string, Counts, number, number]>([
    ['no votes', [0, 0, 0, 0, 0], 1, 1],
    ['one vote of 5', [0, 0, 0, 0, 1], 2, 1],
    ['four votes of 3', [0, 0, 4, 0, 0], 3, 3],
    ['many mixed votes', [2, 0, 4, 8, 20], 29, 7],
  ])('with %s has mean and variance of its Beta distribution', (_, counts, a, b) => {
    const { mean, variance } = momentsOf(counts);
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(0.005);
    expect(Math.abs(variance / ((a * b) / ((a + b) ** 2 * (a + b + 1))) - 1)).toBeLessThan(0.03);
  });

  it('is a number from 0 to 1 whatever the votes and the randomness', () => {
    const count = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(fc.tuple(count, count, count, count, count), fc.integer(), (counts, seed) => {
        const quality = drawQuality({ counts }, seeded(seed));
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
      }),
    );
  });
});
