import { describe, expect, it } from 'vitest';
import { createRandom, normal } from '../../../src/lib/random.ts';
import {
  LIVE_DEFAULTS,
  liveVerdict,
  TRIAL_DEFAULTS,
  trialVerdict,
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

describe('the verdict of a trial', () => {
  const few = TRIAL_DEFAULTS.jokes - 1;

  it('is given once both have enough rated jokes, or early for one that is clearly worse', () => {
    expect(trialVerdict(ratings(3, 500), ratings(4, few))).toBe('undecided');
    expect(trialVerdict(ratings(3, few), ratings(4, 500))).toBe('undecided');
    expect(trialVerdict(ratings(4, 60), ratings(3, 60))).toBe('not-better');
    expect(trialVerdict(ratings(3, 150), ratings(3.3, 150))).toBe('better');
    expect(trialVerdict(ratings(3, 150), ratings(3.2, 150))).toBe('not-better');
    const same = { ...ratings(3, 150), variance: 0 };
    expect(trialVerdict(same, same)).toBe('not-better');
  });

  it('is given with fewer when it is overdue, but not with next to none', () => {
    const overdue = { ...TRIAL_DEFAULTS, overdue: true };
    expect(trialVerdict(ratings(3, 40), ratings(3.6, 40), overdue)).toBe('better');
    expect(trialVerdict(ratings(3, 40), ratings(3.2, 40), overdue)).toBe('not-better');
    expect(trialVerdict(ratings(3, 29), ratings(5, 40), overdue)).toBe('not-better');
  });

  it('promotes an equal version as rarely as its significance level says, and mostly one half a point better', () => {
    const promoted = (lead: number) => {
      let count = 0;
      for (let run = 0; run < 1000; run++) {
        const random = createRandom(run);
        const [former, present] = [tally(), tally()];
        let verdict: ReturnType<typeof trialVerdict> = 'undecided';
        while (verdict === 'undecided') {
          former.add(3 + 1.2 * normal(random));
          present.add(3 + lead + 1.2 * normal(random));
          verdict = trialVerdict(former.ratings(), present.ratings());
        }
        count += Number(verdict === 'better');
      }
      return count / 1000;
    };
    expect(promoted(0)).toBeLessThanOrEqual(TRIAL_DEFAULTS.significance + 0.01);
    expect(promoted(0.5)).toBeGreaterThan(0.85);
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
