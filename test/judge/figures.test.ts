import { describe, expect, it } from 'vitest';
import { judgeFigures } from '../../src/judge/figures.ts';

describe('the figures of the judge', () => {
  it('are none without outcomes', () => {
    expect(judgeFigures([])).toBeUndefined();
  });

  it('compare its predictions with what people gave, and with always saying the mean', () => {
    const outcomes = [
      { predicted: 2, given: 1 },
      { predicted: 3, given: 3 },
      { predicted: 4, given: 5 },
    ];
    const figures = judgeFigures(outcomes);
    expect(figures?.jokes).toBe(3);
    expect(figures?.rmse).toBeCloseTo(Math.sqrt(2 / 3));
    expect(figures?.meanRmse).toBeCloseTo(Math.sqrt(8 / 3));
    expect(figures?.spearman).toBeCloseTo(1);
  });

  it('rank ties by the mean of their places', () => {
    const figures = judgeFigures([
      { predicted: 1, given: 4 },
      { predicted: 2, given: 2 },
      { predicted: 2, given: 3 },
      { predicted: 4, given: 1 },
    ]);
    // scipy.stats.spearmanr([1, 2, 2, 4], [4, 2, 3, 1])
    expect(figures?.spearman).toBeCloseTo(-0.9486832980505139);
  });

  it('have no correlation where all is the same', () => {
    expect(judgeFigures([{ predicted: 3, given: 3 }])).toMatchObject({ rmse: 0, spearman: null });
  });
});
