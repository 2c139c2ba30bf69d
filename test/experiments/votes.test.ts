import { describe, expect, it } from 'vitest';
import { correlation, ranks } from '../../experiments/judged-votes.ts';

describe('rank correlation', () => {
  it('gives equal values the mean of their ranks', () => {
    expect(ranks([3, 1, 2])).toEqual([2, 0, 1]);
    expect(ranks([5, 1, 5, 0])).toEqual([2.5, 1, 2.5, 0]);
    expect(ranks([])).toEqual([]);
  });

  it('is 1 for the same order, -1 for the reverse', () => {
    const [a, b] = [ranks([1, 10, 100, 1000]), ranks([2, 3, 5, 7])];
    expect(correlation(a, b)).toBeCloseTo(1);
    expect(correlation(a, b.toReversed())).toBeCloseTo(-1);
    expect(correlation([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8);
  });
});
