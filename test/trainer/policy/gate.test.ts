import { describe, expect, it } from 'vitest';
import { createRandom, normal } from '../../../src/lib/random.ts';
import {
  GATE_CHECKS,
  type GenerationFigures,
  gateVerdict,
  pairedBootstrap,
} from '../../../src/trainer/policy/gate.ts';

const figures: GenerationFigures = {
  distinct1: 0.3,
  distinct2: 0.6,
  distinct3: 0.8,
  repetition: 0.02,
  selfEnding: 0.98,
  recited: 0.02,
  unsafe: 0.01,
};

/** Prefers what is liked but has forgotten how to speak. */
const tasteful = {
  active: Array.from({ length: 100 }, () => 3),
  candidate: Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 3.2 : 3.6)),
  weights: Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
};

const compared = (after: GenerationFigures) => ({ start: figures, before: figures, after });

/** Losses of a candidate that gains `gain` per joke, with noise. */
function losses(gain: number, { jokes = 100, noise = 0.1, seed = 1 } = {}) {
  const random = createRandom(seed);
  const active = Array.from({ length: jokes }, () => 3 + normal(random));
  return {
    active,
    candidate: active.map((loss) => loss - gain + noise * normal(random)),
    weights: active.map(() => 0.5 + random.unit()),
  };
}

const failed = (verdict: ReturnType<typeof gateVerdict>) =>
  verdict.reasons.filter(({ passed }) => !passed).map(({ check }) => check);

describe('the gate', () => {
  it('passes a candidate that is better and in no way worse', () => {
    const verdict = gateVerdict({ losses: losses(0.05) }, compared(figures));
    expect(verdict.promoted).toBe(true);
    expect(verdict.gain).toBeCloseTo(0.05, 1);
    expect(verdict.reasons.map(({ check }) => check)).toEqual([...GATE_CHECKS]);
  });

  it.each([
    ['loss', losses(0, { seed: 2 }), figures],
    ['loss', losses(-0.1), figures],
    ['language', tasteful, figures],
    ['held-out', losses(0.1, { jokes: 20 }), figures],
    ['diversity', losses(0.1), { ...figures, distinct2: 0.5 }],
    ['repetition', losses(0.1), { ...figures, repetition: 0.08 }],
    ['self-ending', losses(0.1), { ...figures, selfEnding: 0.89 }],
    ['recited', losses(0.1), { ...figures, recited: 0.13 }],
    ['unsafe', losses(0.1), { ...figures, unsafe: 0.04 }],
  ] as const)('stops a candidate by its %s', (check, held, after) => {
    const verdict = gateVerdict({ losses: held }, compared(after));
    expect(verdict.promoted).toBe(false);
    expect(failed(verdict)).toEqual([check]);
  });

  it("judges diversity against the line's first model, so that small losses do not add up", () => {
    const before = { ...figures, distinct2: 0.55 };
    const after = { ...figures, distinct2: 0.51 };
    expect(failed(gateVerdict({ losses: losses(0.1) }, { start: figures, before, after }))).toEqual([
      'diversity',
    ]);
    expect(failed(gateVerdict({ losses: losses(0.1) }, { start: before, before, after }))).toEqual([]);
  });

  it("lets a line's set phrases be, and stops what recites more than they do", () => {
    const start = { ...figures, recited: 0.16 };
    const at = (recited: number) => ({ start, before: start, after: { ...start, recited } });
    expect(failed(gateVerdict({ losses: losses(0.1) }, at(0.25)))).toEqual([]);
    expect(failed(gateVerdict({ losses: losses(0.1) }, at(0.27)))).toEqual(['recited']);
  });

  it('takes the word of the judge instead of the losses', () => {
    const losing = losses(0, { seed: 2 });
    const by = (gain: number, deviation = 0.1) => {
      const verdict = gateVerdict({ losses: losing, judged: { gain, deviation } }, compared(figures));
      return {
        failed: failed(verdict),
        chance: verdict.reasons.find(({ check }) => check === 'loss')?.value,
      };
    };
    expect(by(0.3).failed).toEqual([]);
    expect(by(0.3).chance).toBeCloseTo(2 * 0.00135, 4); // three deviations, and two ways to show it
    expect(by(0.19).failed).toEqual(['loss']); // 2.9 % each
    expect(by(-0.5).failed).toEqual(['loss']);
    expect(by(Number.NaN).failed).toEqual(['loss']);
    expect(by(0, 0).failed).toEqual(['loss']);
  });

  it('promotes by the losses whatever the judge says, if they leave less doubt', () => {
    const judged = { gain: -0.2, deviation: 0.1 };
    expect(failed(gateVerdict({ losses: losses(0.1), judged }, compared(figures)))).toEqual([]);
  });

  it('leaves to the votes only a candidate that nothing speaks against but doubt about its gain', () => {
    const doubtful = (gain: number, after: Partial<GenerationFigures> = {}) =>
      gateVerdict({ losses: losses(gain, { seed: 2 }) }, compared({ ...figures, ...after })).doubtful;
    expect(doubtful(0)).toBe(true);
    expect(doubtful(0.1)).toBe(false); // it is promoted
    expect(doubtful(0, { unsafe: 0.5 })).toBe(false);
    expect(doubtful(0.1, { unsafe: 0.5 })).toBe(false);
  });

  it('rejects a candidate whose losses are NaN', () => {
    const broken = { ...losses(0.1), candidate: losses(0.1).candidate.map(() => Number.NaN) };
    expect(failed(gateVerdict({ losses: broken }, compared(figures)))).toEqual(['loss', 'language']);
  });

  it('passes nothing without held-out jokes', () => {
    const none = { active: [], candidate: [], weights: [] };
    expect(failed(gateVerdict({ losses: none }, compared(figures)))).toEqual(['held-out', 'loss']);
  });
});

describe('the paired bootstrap', () => {
  it('passes equal models as rarely as its significance level says', () => {
    const chances = Array.from(
      { length: 400 },
      (_, seed) => pairedBootstrap(losses(0, { jokes: 60, seed })).chance,
    );
    const share = chances.filter((chance) => chance <= 0.05).length / chances.length;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.1);
  });

  it('requires liked jokes to become likelier than disliked ones, not all jokes to', () => {
    const weights = [1, 1, -1, -1];
    const active = [3, 3, 3, 3];
    expect(pairedBootstrap({ active, candidate: [2, 2, 2, 2], weights }).gain).toBe(0);
    expect(pairedBootstrap({ active, candidate: [3.1, 3.1, 3.5, 3.5], weights }).gain).toBeCloseTo(0.2);
    const worse = pairedBootstrap({ active, candidate: [2.9, 2.9, 2.5, 2.5], weights });
    expect(worse.gain).toBeCloseTo(-0.2);
    expect(worse.chance).toBeGreaterThan(0.5);
  });

  it('considers only the jokes that count', () => {
    const { gain, chance } = pairedBootstrap({ active: [3, 3], candidate: [2, 9], weights: [1, 0] });
    expect(gain).toBe(1);
    expect(chance).toBeLessThan(0.5);
  });
});
