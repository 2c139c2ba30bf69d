import { describe, expect, it } from 'vitest';
import { isNew } from '../../src/bot/source.ts';
import { newShareOf } from '../../src/db/guild-settings.ts';

const SEEDS = Array.from({ length: 20_000 }, (_, i) => i * 7);

describe('the mix of new jokes and house jokes', () => {
  it.each([0, 1, 30, 50, 80, 100])('is %i percent new', (percent) => {
    const shares = SEEDS.filter((seed) => isNew(seed, percent)).length / SEEDS.length;
    expect(shares).toBeCloseTo(percent / 100, 2);
  });

  it('is all or none at its ends, at the ends of the seeds too', () => {
    const seeds = [2 ** 31, 2 ** 32 - 1, ...SEEDS];
    expect(seeds.filter((seed) => isNew(seed, 0) || !isNew(seed, 100))).toEqual([]);
  });

  it('is half while the bundled model answers, four fifths with another one, unless a guild chose', () => {
    expect(newShareOf({ newShare: null }, 'bundled')).toBe(50);
    expect(newShareOf({ newShare: null }, 'trained')).toBe(80);
    expect(newShareOf({ newShare: null }, 'imported')).toBe(80);
    for (const kind of ['bundled', 'trained'] as const) expect(newShareOf({ newShare: 0 }, kind)).toBe(0);
  });
});
