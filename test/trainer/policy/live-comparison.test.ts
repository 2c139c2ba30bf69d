import { describe, expect, it } from 'vitest';
import { createRandom, normal } from '../../../src/lib/random.ts';
import {
  LIVE_DEFAULTS,
  liveVerdict,
  type VersionRatings,
} from '../../../src/trainer/policy/live-comparison.ts';

const ratings = (mean: number, jokes: number): VersionRatings => ({ mean, jokes, variance: 0.8 });

describe('the live comparison', () => {
  it('is undecided until both have enough rated jokes', () => {
    expect(liveVerdict(ratings(5, 500), ratings(1, 29))).toBe('undecided');
    expect(liveVerdict(ratings(5, 29), ratings(1, 500))).toBe('undecided');
  });

  it('finds a version that is clearly worse, and one that holds', () => {
    expect(liveVerdict(ratings(3.5, 300), ratings(2.5, 60))).toBe('worse');
    expect(liveVerdict(ratings(3.5, 300), ratings(3.45, 60))).toBe('undecided');
    expect(liveVerdict(ratings(3.5, 2000), ratings(3.6, 2000))).toBe('holds');
    expect(liveVerdict({ ...ratings(3, 50), variance: 0 }, { ...ratings(3, 50), variance: 0 })).toBe('holds');
  });

  it('can be repeated after every joke without finding an equal version worse', () => {
    let wrong = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const random = createRandom(run);
      const [former, present] = [tally(), tally()];
      for (let i = 0; i < 300; i++) former.add(3 + normal(random));
      for (let i = 0; i < 600; i++) {
        present.add(3 + normal(random));
        if (liveVerdict(former.ratings(), present.ratings()) === 'worse') {
          wrong += 1;
          break;
        }
      }
    }
    expect(wrong / runs).toBeLessThanOrEqual(LIVE_DEFAULTS.significance);
  });
});

/** Running mean and variance. */
function tally() {
  let [n, sum, squares] = [0, 0, 0];
  return {
    add(x: number) {
      n += 1;
      sum += x;
      squares += x * x;
    },
    ratings: (): VersionRatings => ({ jokes: n, mean: sum / n, variance: squares / n - (sum / n) ** 2 }),
  };
}
