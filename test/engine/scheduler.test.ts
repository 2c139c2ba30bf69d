import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capacityFor,
  planStep,
  type ScheduledRow,
  type SchedulerLimits,
  type SchedulerState,
} from '../../src/engine/scheduler.ts';

const limits: SchedulerLimits = { slots: 4, cacheTokens: 4 * 256, prefillTokens: 32, chunk: 32, bucket: 32 };
const row = (id: number, unread: number, reserve = 100): ScheduledRow => ({ id, unread, reserve });
const empty: SchedulerState = { running: [], prefilling: [], waiting: [] };

describe('planStep', () => {
  it('decodes the running rows, whatever is waiting', () => {
    const plan = planStep({ ...empty, running: [row(1, 0), row(2, 0)], waiting: [row(3, 500)] }, limits);
    expect(plan).toEqual({ decode: [1, 2], admit: [3], prefill: [{ id: 3, tokens: 32 }] });
  });

  it('admits no row beyond the slots, nor one whose cache might not fit', () => {
    const three = [row(1, 0), row(2, 0), row(3, 0)];
    const waiting = [row(4, 5), row(5, 5)];
    expect(planStep({ ...empty, running: three, waiting }, limits).admit).toEqual([4]);
    const tight = { ...limits, cacheTokens: 3 * 128 };
    expect(planStep({ ...empty, running: three, waiting }, tight).admit).toEqual([]);
  });

  it('reads several short prompts in one step, but not past the budget', () => {
    const waiting = [row(1, 12), row(2, 12), row(3, 12)];
    expect(planStep({ ...empty, waiting }, limits).prefill).toEqual([
      { id: 1, tokens: 12 },
      { id: 2, tokens: 12 },
    ]);
  });
});

/** Simulates the plans until everything is done; `decodes` is how many tokens each row generates. */
function simulate(rows: { prompt: number; decodes: number; arrives: number }[], limits: SchedulerLimits) {
  const left = new Map(rows.map(({ decodes }, id) => [id, decodes]));
  let running: ScheduledRow[] = [];
  let prefilling: ScheduledRow[] = [];
  let waiting: ScheduledRow[] = [];
  const admitted: number[] = [];
  const chunks = new Map<number, number[]>();
  let steps = 0;
  for (; steps < 10_000; steps++) {
    rows.forEach(({ prompt, decodes, arrives }, id) => {
      if (arrives === steps) waiting.push(row(id, prompt - 1, prompt + decodes));
    });
    const plan = planStep({ running, prefilling, waiting }, limits);
    expect(plan.decode).toEqual(running.map(({ id }) => id));
    expect(new Set(plan.admit).size).toBe(plan.admit.length);
    expect(plan.prefill.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(
      limits.prefillTokens,
    );

    for (const id of plan.decode) left.set(id, (left.get(id) ?? 0) - 1);
    running = running.filter(({ id }) => (left.get(id) ?? 0) > 0);
    prefilling.push(...waiting.filter(({ id }) => plan.admit.includes(id)));
    waiting = waiting.filter(({ id }) => !plan.admit.includes(id));
    admitted.push(...plan.admit);
    for (const { id, tokens } of plan.prefill) {
      expect(prefilling.some((it) => it.id === id)).toBe(true);
      prefilling = prefilling.map((it) => (it.id === id ? { ...it, unread: it.unread - tokens } : it));
      chunks.set(id, [...(chunks.get(id) ?? []), tokens]);
    }
    for (const it of prefilling) expect(it.unread).toBeGreaterThanOrEqual(0);
    running.push(...prefilling.filter(({ unread }) => unread === 0));
    prefilling = prefilling.filter(({ unread }) => unread > 0);

    const holding = [...running, ...prefilling];
    const longest = Math.max(0, ...holding.map(({ reserve }) => reserve));
    expect(holding.length).toBeLessThanOrEqual(limits.slots);
    expect(holding.length * capacityFor(longest, limits.bucket)).toBeLessThanOrEqual(limits.cacheTokens);
    const idle = holding.length + waiting.length === 0;
    if (idle && rows.every(({ arrives }) => arrives <= steps)) break;
  }
  return { left, admitted, chunks, steps };
}

describe('planStep over a whole load', () => {
  const load = fc.array(
    fc.record({
      prompt: fc.integer({ min: 1, max: 200 }),
      decodes: fc.integer({ min: 1, max: 50 }),
      arrives: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 20 },
  );
  const anyLimits = fc
    .record({ slots: fc.integer({ min: 1, max: 6 }), chunk: fc.integer({ min: 1, max: 40 }) })
    .map(({ slots, chunk }) => ({
      slots,
      chunk,
      prefillTokens: chunk + 7,
      bucket: 32,
      cacheTokens: 2 * 256,
    }));

  it('finishes every row, each once, in order of arrival, and never exceeds a limit', () => {
    fc.assert(
      fc.property(load, anyLimits, (rows, limits) => {
        const { left, admitted, chunks } = simulate(rows, limits);
        expect([...left.values()]).toEqual(rows.map(() => 0));
        const order = rows
          .map((_, id) => id)
          .sort((a, b) => (rows[a]?.arrives ?? 0) - (rows[b]?.arrives ?? 0));
        expect(admitted).toEqual(order);
        rows.forEach(({ prompt }, id) => {
          const read = chunks.get(id) ?? [];
          expect(read.reduce((a, b) => a + b, 0)).toBe(prompt - 1);
          // Boundaries depend on the prompt alone: whole chunks, then the rest.
          expect(read.slice(0, -1).every((tokens) => tokens === limits.chunk)).toBe(true);
        });
      }),
    );
  });
});
