import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distinct, repetition } from '../../src/lib/diversity.ts';

it('gives the share of distinct n-grams', () => {
  expect(distinct([[1, 2, 1, 2]], 1)).toBe(0.5);
  expect(distinct([[1, 2, 1, 2]], 2)).toBeCloseTo(2 / 3);
  expect(distinct([[12, 3]], 1)).toBe(1);
  expect(distinct([[1, 23, 12, 3]], 2)).toBe(1); // not the same digits in a row
  expect(distinct([[]], 1)).toBeUndefined();
  expect(distinct([['no', 'no'], ['no']], 1)).toBeCloseTo(1 / 3);
  expect(
    distinct(
      [
        [1, 2],
        [2, 1],
      ],
      2,
    ),
  ).toBe(1); // no n-gram crosses from one sequence to the next
});

it('finds a loop repetitive, and a text without repetition not at all', () => {
  expect(repetition([1, 2, 3, 4, 5, 6, 7])).toBe(0);
  expect(repetition(Array(100).fill(7))).toBeCloseTo(96 / 97);
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (tokens) => {
      expect(repetition(tokens)).toBeGreaterThanOrEqual(0);
      expect(repetition(tokens)).toBeLessThan(1);
    }),
  );
});
