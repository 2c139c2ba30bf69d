import { describe, expect, it } from 'vitest';
import { philox, randomAt } from '../../src/engine/random.ts';

describe('philox', () => {
  // kat_vectors of the reference implementation, https://github.com/DEShawResearch/random123
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('gives the published words for counter %j and key %j', (counter, key, words) => {
    expect(philox(counter, key)).toEqual(words);
  });
});

describe('randomAt', () => {
  it('is uniform in [0, 1): chi-square over 64 cells stays below its 99.9 % quantile', () => {
    for (const part of ['draw', 'coin'] as const) {
      const cells = new Array<number>(64).fill(0);
      let [lowest, highest] = [1, 0];
      for (let step = 0; step < 64_000; step++) {
        const u = randomAt(step >> 7, step & 127)[part];
        lowest = Math.min(lowest, u);
        highest = Math.max(highest, u);
        const cell = Math.floor(u * 64);
        cells[cell] = (cells[cell] ?? 0) + 1;
      }
      const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      expect(lowest).toBeGreaterThanOrEqual(0);
      expect(highest).toBeLessThan(1);
      expect(chiSquare).toBeLessThan(103.4); // 63 degrees of freedom
    }
  });

  it('is exact in float32, so that a draw below 1 stays below 1', () => {
    for (let step = 0; step < 10_000; step++) {
      const { draw } = randomAt(7, step);
      expect(Math.fround(draw)).toBe(draw);
    }
  });
});
