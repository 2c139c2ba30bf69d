import { describe, expect, it } from 'vitest';
import { judgeChart, type Result } from '../../experiments/judge/chart.ts';
import { controlClaim, estimate, figuresOf, tasteClaims } from '../../experiments/judge/figures.ts';
import type { Pool } from '../../experiments/judge/pool.ts';
import { tellOneByOne, WAYS } from '../../experiments/judge/telling.ts';
import { FEATURES } from '../../src/judge/basis.ts';
import { createRandom, normal } from '../../src/lib/random.ts';

const JOKES = 100;
const RUNS = 2;
const taste = { name: 'ducks', likes: 'ducks', score: (text: string) => (text.includes('pato') ? 4 : 2) };

/** Candidates of which three in ten are about a duck, which one of their features shows, unless they are `misread`. */
function poolOf({ misread = false } = {}): Pool {
  const random = createRandom(1);
  const told = Array.from({ length: JOKES * 9 }, (_, i) => {
    const duck = i % 10 < 3;
    const seen = misread ? random.unit() < 0.3 : duck;
    const features = Float64Array.from({ length: FEATURES }, (_, k) => (k < 25 ? normal(random) / 5 : 0));
    features[0] = 1;
    features[30] = seen ? 1 : 0;
    return { text: `${duck ? 'Un pato' : 'Un pez'} ${i}`, features };
  });
  return { told, house: [], cost: { plain: 1, judged: 1 } };
}
const figures = (pool: Pool, way: (typeof WAYS)[keyof typeof WAYS]) =>
  figuresOf(
    Array.from({ length: RUNS }, (_, run) => tellOneByOne(pool, taste, way, JOKES, run)),
    [],
  );

describe('the claims of the judge experiment', () => {
  it('hold for a judge that reads the jokes, and fail for one that reads other jokes', () => {
    const sound = figures(poolOf(), WAYS.eight);
    expect(tasteClaims(sound).map(({ holds }) => holds)).toEqual([true]);
    const misread = figures(poolOf({ misread: true }), WAYS.eight);
    expect(tasteClaims(misread).map(({ holds }) => holds)).toEqual([false]);
    expect(controlClaim([sound]).holds).toBe(false);
  }, 240_000); // a few seconds on a machine that does nothing else

  it('hold for a control by chance, and fail for one that learns or of which nothing is known', () => {
    const control = (settled: number[]) => controlClaim([{ ...figuresOf([], []), settled }]).holds;
    expect(control([0.3, -0.3, 0.1, -0.1, 0.2, -0.2])).toBe(true);
    expect(control([0.2, 0.18, 0.22, 0.19, 0.21, 0.2])).toBe(false); // little, but surely more than 0
    expect(control([0.9, -0.9, 0.5, -0.5])).toBe(false); // too few runs to say
    expect(control([0.1])).toBe(false);
  });

  it('rest on an interval by the runs', () => {
    // scipy.stats.t.interval(0.95, 3, 2.5, scipy.stats.sem([1, 2, 3, 4]))
    const { mean, halfWidth } = estimate([1, 2, 3, 4]);
    expect(mean).toBe(2.5);
    expect(halfWidth).toBeCloseTo(2.054, 1);
    expect(estimate([1]).halfWidth).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the chart of the judge experiment', () => {
  const at = (gain: number): Result => {
    const gains = [25, 50].map(() => ({ mean: gain, halfWidth: 0.1 }));
    const figures = { scores: [3, 3], gains, oracle: [1.8, 1.8], distinct2: 0.5, recited: 0 };
    const ways = Object.keys(WAYS).map((way) => [way, figures]);
    return { taste: 'ducks', figures: Object.fromEntries(ways), claims: [] };
  };
  /** Width and height are in a PNG's header. */
  const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

  it('shows the gains of every taste', () => {
    expect(sizeOf(judgeChart([at(1)]))).toEqual([900, 280]);
    expect(sizeOf(judgeChart([at(1), at(0)]))).toEqual([900, 560]);
    expect(judgeChart([at(1)]).equals(judgeChart([at(1)]))).toBe(true);
    expect(judgeChart([at(1)]).equals(judgeChart([at(0)]))).toBe(false);
  });
});
