import { describe, expect, it } from 'vitest';
import type { Round } from '../../experiments/community/arm.ts';
import { bothClaim, claimsOf, falsePromotions } from '../../experiments/community/verdict.ts';
import type { TrainingRun } from '../../src/db/training-runs.ts';

const round = (mean: number, changes: Partial<Round> = {}): Round => ({
  ...{ round: 0, mean, plain: mean, halfWidth: 0.1, distinct2: 0.5, recited: 0.01, selfEnding: 1 },
  medianWords: 20,
  samples: [],
  ...changes,
});
const good: [Round[], Round[]] = [
  [round(2.5), round(2.8), round(3.2)],
  [round(2.5), round(2.6)],
];
const failing = (votes: Round[], control: Round[]) =>
  claimsOf(votes, control)
    .map(({ holds }, i) => (holds ? -1 : i))
    .filter((i) => i >= 0);

describe('what the experiment claims', () => {
  it('holds when the score rises, the control does not, and nothing collapses', () => {
    expect(failing(...good)).toEqual([]);
    expect(claimsOf(...good)[0]?.claim).toContain('0.70 ±0.14');
  });

  it('fails if one of these is not the case', () => {
    const [votes, control] = good;
    expect(failing([round(2.5), round(2.99)], control)).toEqual([0]);
    expect(failing([round(2.5, { halfWidth: 0.8 }), round(3.2)], control)).toEqual([0]);
    expect(failing(votes, [round(2.5), round(2.8)])).toEqual([1]);
    expect(failing([round(2.5), round(3.2, { distinct2: 0.44 })], control)).toEqual([2]);
    expect(failing([round(2.5), round(3.2, { recited: 0.06 })], control)).toEqual([3]);
  });

  it('measures the judge and fine-tuning together against what is told without a choice', () => {
    const start = round(4, { plain: 2.5 });
    expect(bothClaim([start, round(4.1, { plain: 3.4 })])).toMatchObject({ holds: true });
    expect(bothClaim([start, round(3.9, { plain: 3.4 })])).toMatchObject({ holds: false });
  });

  it('allows one promotion in all controls, and counts a trial of two rounds once', () => {
    const having = (id: string, status: string) => round(3, { run: { id, status } as TrainingRun });
    const once = [round(3), having('a', 'promoted'), having('a', 'promoted'), having('b', 'rejected')];
    expect(falsePromotions([once])).toMatchObject({ holds: true, claim: expect.stringContaining('of 2 ') });
    expect(falsePromotions([once, [round(3), having('c', 'promoted')]])).toMatchObject({ holds: false });
  });
});
