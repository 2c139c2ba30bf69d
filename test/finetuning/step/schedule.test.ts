import { expect, it } from 'vitest';
import { scheduleFactor } from '../../../src/finetuning/step/schedule.ts';

// From transformers' get_linear_schedule_with_warmup and get_cosine_schedule_with_warmup, 4 warm-up steps of 20.
const LINEAR = [0, 0.25, 0.5, 0.75, 1, 0.9375, 0.875];
const COSINE = [0, 0.25, 0.5, 0.75, 1, 0.9903926402, 0.9619397663];

it.each([
  ['linear', LINEAR],
  ['cosine', COSINE],
] as const)('rises and falls as transformers has it: %s', (name, expected) => {
  expected.forEach((factor, step) => {
    expect(scheduleFactor(name, step / 20, 0.2)).toBeCloseTo(factor, 9);
  });
  expect(scheduleFactor(name, 1, 0.2)).toBeCloseTo(0, 9);
});

it('starts at the peak without warm-up', () => {
  expect(scheduleFactor('linear', 0, 0)).toBe(1);
  expect(scheduleFactor('cosine', 0.5, 0)).toBeCloseTo(0.5, 9);
});
