import { expect, it } from 'vitest';
import { type Scale, simulateDay, wave } from '../../scripts/simulate-scale/simulate.ts';

const scale: Scale = { requests: 20_000, workers: 1, slots: 1, tokens: 40, speeds: [100], seed: 3 };
const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

it('has as many requests as it should, most of them in the evening', () => {
  const { hours, busy } = simulateDay({ ...scale, requests: 50_000, speeds: [1000] });
  const all = hours.reduce((sum, { requests }) => sum + requests, 0);
  expect(Math.abs(all - 50_000)).toBeLessThan(1000); // more than four standard deviations
  expect(mean(Array.from({ length: 24 }, (_, hour) => wave(3600 * hour)))).toBeCloseTo(1);
  const ratio = (hours[21]?.requests ?? 0) / (hours[9]?.requests ?? 1);
  expect(ratio).toBeGreaterThan(6);
  expect(ratio).toBeLessThan(11);
  // Work that arrives: 50,000 jokes of 40 tokens at 1,000 a second, in a day.
  expect(busy).toBeCloseTo((50_000 * 40) / 1000 / 86_400, 2);
});

it('has nobody wait where there is room, and everybody where there is not', () => {
  const idle = simulateDay({ ...scale, requests: 500, workers: 4, slots: 4 });
  expect(idle.longest).toBe(0);
  // At nine in the evening more work arrives than one slot can do; with two, less.
  const [one, two] = [1, 2].map((workers) => simulateDay({ ...scale, requests: 150_000, workers }));
  expect(one?.hours[21]?.waitMedian).toBeGreaterThan(600);
  expect(two?.hours[21]?.waitMedian).toBeLessThan(one?.hours[21]?.waitMedian ?? 0);
  expect(two?.wait99).toBeLessThan(one?.wait99 ?? 0);
});

it('shares a generator among its rows', () => {
  const shared = { ...scale, requests: 60_000, slots: 4 };
  const [flat, growing] = [[100], [100, 200, 300, 400]].map((speeds) => simulateDay({ ...shared, speeds }));
  expect(growing?.hours[21]?.total95).toBeLessThan((flat?.hours[21]?.total95 ?? 0) / 2);
});

it('is the same for the same seed', () => {
  expect(simulateDay(scale)).toEqual(simulateDay(scale));
  expect(simulateDay({ ...scale, seed: 4 })).not.toEqual(simulateDay(scale));
});
