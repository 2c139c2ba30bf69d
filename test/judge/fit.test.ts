import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCKS, type Block, createBasis, FEATURES, featuresOf } from '../../src/judge/basis.ts';
import { likeliestVariances, logEvidence, VARIANCES, type Variances } from '../../src/judge/evidence.ts';
import { fitJudge, fits, fitVotings, fitWith } from '../../src/judge/fit.ts';
import { duel, type Observation, rating } from '../../src/judge/observations.ts';
import { compareTellings, drawRatings, predict } from '../../src/judge/predict.ts';
import { createRandom, normal } from '../../src/lib/random.ts';

// Written by test/golden/judge.py in this shape.
const golden = JSON.parse(readFileSync(new URL('../golden/judge.json', import.meta.url), 'utf8')) as {
  variances: Variances;
  guilds: (string | null)[];
  mean: number[];
  deviation: number[];
  between: number;
  evidence: number;
};
const ABOUT = { model: 'a sha256', basis: 'a basis' };
const COUNT = 40;

/** The same formulas are in judge.py. */
const goldenFeatures = (i: number) =>
  Float64Array.from({ length: FEATURES }, (_, k) => {
    if (k === 0) return 1;
    const x = Math.sin(i * 37.3 + k * 11.7 + i * k);
    return k < 32 || Math.abs(x) > 0.9 ? x : 0;
  });
const goldenRows: Observation[] = Array.from({ length: COUNT }, (_, i) => ({
  features: goldenFeatures(i),
  guildId: 'aaabbc'.charAt(i % 6),
  value: 1.5 * Math.sin(i * 1.3),
  noise: 1.4 / (1 + (i % 4)),
  jokes: 1,
}));

/** Features that differ in one direction. */
const along = (x: number, direction = 3) => {
  const features = new Float64Array(FEATURES);
  features[0] = 1;
  features[direction] = x;
  return features;
};
/** Jokes of a guild whose value is 3 + `slope` · x, with some votes each. */
function told(guildId: string, slope: number, count: number, { votes = 4, seed = 1 } = {}): Observation[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const x = normal(random);
    const mean = 3 + slope * x + (1.2 / Math.sqrt(votes)) * normal(random);
    return rating({ features: along(x), guildId }, { votes, mean }, 1.44);
  });
}
const slopeIn = (fit: ReturnType<typeof fitJudge>, guildId: string | null) =>
  predict(fit, along(1), guildId).mean - predict(fit, along(0), guildId).mean;

describe('the judge, compared with numpy', () => {
  const fit = fitWith(goldenRows, { ...ABOUT, variances: golden.variances });

  it('predicts the conditional mean and deviation, in guilds it knows and elsewhere', () => {
    golden.guilds.forEach((guildId, i) => {
      const { mean, deviation } = predict(fit, goldenFeatures(COUNT + i), guildId);
      expect(mean).toBeCloseTo(golden.mean[i] ?? Number.NaN, 7);
      expect(deviation).toBeCloseTo(golden.deviation[i] ?? Number.NaN, 7);
    });
    const elsewhere = predict(fit, goldenFeatures(COUNT + 3), 'a guild without votes');
    expect(elsewhere).toEqual(predict(fit, goldenFeatures(COUNT + 3), null));
  });

  it('finds the likelihood of the votes', () => {
    expect(logEvidence(goldenRows, golden.variances)).toBeCloseTo(golden.evidence, 7);
  });

  it('draws opinions that have these means, deviations and covariance', () => {
    const jokes = [goldenFeatures(COUNT), goldenFeatures(COUNT + 4)];
    const random = createRandom(4);
    const draws = Array.from({ length: 1000 }, () => drawRatings(fit, jokes, 'a', random, 1));
    const [first = 0, , , , last = 0] = golden.mean;
    const [spread = 0, , , , other = 0] = golden.deviation;
    const apart = draws.map(([a = 0, b = 0]): [number, number] => [(a - first) / spread, (b - last) / other]);
    const of = (value: (draw: [number, number]) => number) =>
      apart.reduce((sum, draw) => sum + value(draw), 0) / draws.length;
    expect(Math.abs(of(([a]) => a))).toBeLessThan(0.1);
    expect(Math.abs(of(([a]) => a ** 2) - 1)).toBeLessThan(0.15);
    expect(Math.abs(of(([, b]) => b ** 2) - 1)).toBeLessThan(0.15);
    expect(Math.abs(of(([a, b]) => a * b) - golden.between / spread / other)).toBeLessThan(0.1);
    expect(drawRatings(fit, jokes, 'a', random, 0)).toEqual(
      jokes.map((joke) => predict(fit, joke, 'a').mean),
    );
    const same = () => drawRatings(fit, [...jokes, ...jokes], 'a', createRandom(7));
    expect(same()).toEqual(same());
    expect(same()[0]).toBeCloseTo(same()[2] ?? Number.NaN, 3); // one opinion about equal jokes
  });
});

describe('what the judge learns', () => {
  it('finds the variances that votes were drawn with', () => {
    const rows = [...told('a', 0.9, 150), ...told('b', 0.9, 150, { seed: 2 })];
    const found = likeliestVariances(rows);
    expect(logEvidence(rows, found)).toBeGreaterThan(logEvidence(rows, VARIANCES));
    expect(found.joke).toBeLessThan(0.1); // jokes are exactly as good as their features say
    expect(found.blocks[1]).toBeGreaterThan(VARIANCES.blocks[1] ?? Number.NaN);
  });

  it('finds a variance that is small beside the votes, given thousands of them', () => {
    const random = createRandom(3);
    const [level, directions, plain, stems] = BLOCKS;
    const blocks: Block[] = [level, directions, plain, { ...stems, size: 300 }];
    const weights = Array.from({ length: 300 }, () => Math.sqrt(0.02) * normal(random));
    const joke = (): Observation => {
      const features = new Float64Array(stems.from + 300);
      for (let i = 0; i < 3; i++) features[stems.from + Math.floor(300 * random.unit())] = 1 / Math.sqrt(3);
      const value = features.subarray(stems.from).reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0);
      return { features, guildId: 'a', value: value + 0.6 * normal(random), noise: 0.25, jokes: 1 };
    };
    const rows = Array.from({ length: 5000 }, joke);
    const { blocks: found } = likeliestVariances(rows, VARIANCES, blocks);
    // The default is more than seven times as large.
    expect(found[3]).toBeGreaterThan(0.02 / 2.5);
    expect(found[3]).toBeLessThan(0.02 * 2.5);
  });

  it('learns under the blocks that it is told, and predicts under them', () => {
    const blocks: Block[] = [...BLOCKS.slice(0, 3), { name: 'stems', from: 32, size: 300 }];
    const last = (x: number) => {
      const features = new Float64Array(332);
      features[331] = x;
      return features;
    };
    const rows = Array.from({ length: 60 }, (_, i) =>
      rating({ features: last(i % 2), guildId: 'a' }, { votes: 4, mean: 2 + 2 * (i % 2) }, 1.44),
    );
    const fit = fitJudge(rows, { ...ABOUT, blocks });
    expect(predict(fit, last(1), 'a').mean).toBeGreaterThan(predict(fit, last(0), 'a').mean + 0.5);
    expect(predict(fit, last(1), 'b').deviation).toBeGreaterThan(predict(fit, last(1), 'a').deviation);
  });

  it('shares what guilds agree on and keeps apart what they do not', () => {
    const rows = [
      ...told('up', 1, 80),
      ...told('down', -1, 80, { seed: 2 }),
      ...told('also up', 1, 80, { seed: 3 }),
    ];
    const fit = fitJudge(rows, ABOUT);
    expect(slopeIn(fit, 'up')).toBeGreaterThan(0.7);
    expect(slopeIn(fit, 'down')).toBeLessThan(-0.7);
    expect(Math.abs(slopeIn(fit, 'new'))).toBeLessThan(slopeIn(fit, 'up'));
    expect(predict(fit, along(1), 'new').deviation).toBeGreaterThan(
      2 * predict(fit, along(1), 'up').deviation,
    );
  });

  it('learns a word that the house jokes do not have from a thousand jokes of people', () => {
    const embedding = [0, 1];
    const house = Array.from({ length: 200 }, (_, i) => ({ text: `gato ${i}`, embedding: [i, i % 3] }));
    const usual = createBasis(
      'a sha256',
      house,
      house.map(({ text }) => text),
    );
    const jokes = Array.from({ length: 1000 }, (_, i) => ({
      ...{ id: String(i), guildId: 'a', text: `${i % 25 ? 'Otra' : 'Una jirafa'} cosa ${i}`, embedding },
      ...{ votes: 4, mean: i % 25 ? 2.5 : 4.5, variance: 1 },
    }));
    const { basis, fit } = fitVotings(usual, { jokes, duels: [] });
    const expected = (text: string) => predict(fit, featuresOf(basis, { text, embedding }), 'a').mean;
    expect(expected('La jirafa')).toBeGreaterThan(expected('La nube') + 1);
    expect([fits(fit, basis), fits(fit, usual)]).toEqual([true, false]);
    const few = fitVotings(usual, { jokes: jokes.slice(1), duels: [] });
    expect(few.basis).toBe(usual);
  });

  it('learns from duels what ratings would have taught', () => {
    const guildId = 'a';
    const rows = Array.from({ length: 60 }, (_, i) => {
      const [a, b] = i % 2 ? [1, 0] : [0, 1];
      return duel(along(a), along(b), { guildId, aWins: 1 + 8 * a, bWins: 1 + 8 * b, ties: 2 }, 1.44);
    });
    expect(slopeIn(fitJudge(rows, ABOUT), guildId)).toBeGreaterThan(1);
    const even = rows.map(() => duel(along(1), along(0), { guildId, aWins: 5, bWins: 5, ties: 1 }, 1.44));
    expect(slopeIn(fitJudge(even, ABOUT), guildId)).toBeCloseTo(0, 5);
  });
});

describe('comparing what was told before and after', () => {
  const fit = fitJudge(told('a', 1, 60), ABOUT);
  const around = (x: number, count: number, seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => along(x + normal(random)));
  };

  it('finds the gain, and how sure it is', () => {
    const few = compareTellings(fit, { before: around(0, 30, 1), after: around(0.5, 30, 2) }, 'a');
    const many = compareTellings(fit, { before: around(0, 300, 1), after: around(0.5, 300, 2) }, 'a');
    expect(many.gain).toBeCloseTo(0.5 * slopeIn(fit, 'a'), 0);
    expect(many.gain).toBeGreaterThan(3 * many.deviation);
    expect(few.deviation).toBeGreaterThan(2 * many.deviation);
  });

  it('is surer where each joke is told from the seed of the one before', () => {
    const before = around(0, 300, 1);
    const better = before.map((features) =>
      features.map((x, i) => x + (along(0.1)[i] ?? 0) - (along(0)[i] ?? 0)),
    );
    const paired = compareTellings(fit, { before, after: better }, 'a');
    const apart = compareTellings(fit, { before, after: [...better].reverse() }, 'a');
    expect(paired.gain).toBeCloseTo(apart.gain, 10);
    expect(paired.deviation).toBeLessThan(apart.deviation / 2);
    expect(paired.gain).toBeGreaterThan(3 * paired.deviation);
  });

  it('finds none between the same, nor in a direction that no vote spoke of', () => {
    const same = around(0, 50, 1);
    expect(compareTellings(fit, { before: same, after: same }, 'a').gain).toBeCloseTo(0, 10);
    const elsewhere = same.map(() => along(1, 20));
    const { gain, deviation } = compareTellings(
      fit,
      { before: same.map(() => along(0)), after: elsewhere },
      'a',
    );
    expect(Math.abs(gain)).toBeLessThan(deviation);
  });
});

describe('faults', () => {
  const rows = told('a', 1, 60);

  it('knows nothing without votes, and says so', () => {
    const fit = fitJudge([], ABOUT);
    expect(fit.observations).toBe(0);
    expect(predict(fit, along(2), 'a').mean).toBe(3);
    expect(predict(fit, along(2), 'a').deviation).toBeGreaterThan(1);
  });

  it('is about one model version under one basis', () => {
    const fit = fitJudge(rows, ABOUT);
    expect(fits(fit, { model: 'a sha256', id: 'a basis' })).toBe(true);
    expect(fits(fit, { model: 'another', id: 'a basis' })).toBe(false);
    expect(fits(fit, { model: 'a sha256', id: 'another' })).toBe(false);
  });

  it('prefers no joke when all ratings are equal', () => {
    const equal = rows.map((row) => ({ ...row, value: 1 }));
    const fit = fitJudge(equal, ABOUT);
    expect(predict(fit, along(0), 'a').mean).toBeCloseTo(4, 1);
    expect(Math.abs(slopeIn(fit, 'a'))).toBeLessThan(0.05);
  });

  it('lets one guild with all the votes teach the others, but less than itself', () => {
    const fit = fitJudge(rows, ABOUT);
    expect(slopeIn(fit, 'another')).toBeGreaterThan(0.3);
    expect(slopeIn(fit, 'another')).toBeLessThanOrEqual(slopeIn(fit, 'a'));
  });

  it('gives different opinions with different votes, each its own', () => {
    const [up, down] = [fitJudge(rows, ABOUT), fitJudge(told('a', -1, 60), ABOUT)];
    expect(slopeIn(up, 'a')).toBeGreaterThan(0.7);
    expect(slopeIn(down, 'a')).toBeLessThan(-0.7);
    expect(fitJudge(rows, ABOUT)).toEqual(up);
  });

  it('takes fractions of votes, and a single one', () => {
    const fit = fitJudge(
      [rating({ features: along(1), guildId: 'a' }, { votes: 0.01, mean: 5 }, 1.44)],
      ABOUT,
    );
    expect(Math.abs(predict(fit, along(1), 'a').mean - 3)).toBeLessThan(0.1);
  });
});
