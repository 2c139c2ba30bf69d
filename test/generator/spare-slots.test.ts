import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/generator/pace.ts';
import { createSpareSlots } from '../../src/generator/spare-slots.ts';

describe('spare slots', () => {
  it('are those that no job uses', () => {
    const spare = createSpareSlots(4);
    const done = spare.occupy();
    const borrowed = spare.borrow(7);
    expect(borrowed).toHaveLength(3);
    expect(spare.borrow(1)).toEqual([]);
    borrowed[0]?.giveBack();
    expect(spare.borrow(2)).toHaveLength(1);
    done();
    expect(spare.borrow(2)).toHaveLength(1);
  });

  it('are given up to jobs, the latest first, one for each job', () => {
    const spare = createSpareSlots(4);
    spare.occupy();
    const borrowed = spare.borrow(3);
    const open = () => borrowed.map(({ signal }) => !signal.aborted);
    const second = spare.occupy();
    expect(open()).toEqual([true, true, false]);
    borrowed[2]?.giveBack(); // it stopped: its slot has been the job's since then
    second();
    expect(spare.borrow(2)).toHaveLength(1);
    for (let i = 0; i < 3; i++) spare.occupy();
    expect(open()).toEqual([false, false, false]);
    expect(spare.borrow(1)).toEqual([]);
  });

  it('are kept while a job finds another one free', () => {
    const spare = createSpareSlots(8);
    spare.occupy();
    const borrowed = spare.borrow(4);
    const open = () => borrowed.filter(({ signal }) => !signal.aborted).length;
    for (let jobs = 2; jobs <= 4; jobs++) {
      spare.occupy();
      expect(open()).toBe(4);
    }
    spare.occupy();
    expect(open()).toBe(3);
  });
});

describe('the pace', () => {
  it('is unknown at first, so that a single joke is written', () => {
    expect(createPace().affordable(8)).toBe(1);
  });

  it('allows as many candidates as are ready in two seconds', () => {
    const pace = createPace();
    pace.note(1, 300);
    expect(pace.affordable(8)).toBe(8);
    pace.note(8, 4000);
    expect(pace.affordable(8)).toBe(4);
    pace.note(4, 1000);
    expect(pace.affordable(8)).toBe(8);
    pace.note(1, 2500);
    expect(pace.affordable(8)).toBe(1);
  });

  it('tries again after ten minutes what was slow', () => {
    let minutes = 0;
    const pace = createPace(undefined, () => minutes * 60_000);
    pace.note(1, 300);
    pace.note(2, 9000);
    expect(pace.affordable(8)).toBe(1);
    minutes = 11;
    expect(pace.affordable(8)).toBe(8);
  });
});
