import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitByHash, splitByShuffle } from '../../../src/finetuning/data/split.ts';
import { createRandom, shuffled } from '../../../src/lib/random.ts';

const alone = (items: readonly unknown[]) => items.map((_, i) => i);
const itself = (text: string) => text;

describe('the split by hash', () => {
  it('keeps every text on its side when others are added', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 50 }),
        fc.uniqueArray(fc.string()),
        (texts, more) => {
          const both = [...new Set([...texts, ...more])];
          const before = splitByHash(texts, itself, alone(texts), 0.1);
          const after = splitByHash(both, itself, alone(both), 0.1);
          fc.pre(before.validation.length > 1); // a single one may be there only because the set must not be empty
          expect(before.training.every((text) => after.training.includes(text))).toBe(true);
        },
      ),
    );
  });

  it('holds out about the requested share', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `chiste ${i}`);
    const { training, validation } = splitByHash(texts, itself, alone(texts), 0.1);
    expect(training.length + validation.length).toBe(5000);
    expect(Math.abs(validation.length - 500)).toBeLessThan(5 * Math.sqrt(450));
  });

  it('keeps a group together, wherever its first text falls', () => {
    const texts = Array.from({ length: 200 }, (_, i) => `chiste ${i}`);
    const group = texts.map((_, i) => i - (i % 4));
    const { validation } = splitByHash(texts, itself, group, 0.2);
    for (const text of validation) {
      const first = 4 * Math.floor(texts.indexOf(text) / 4);
      expect(texts.slice(first, first + 4).every((other) => validation.includes(other))).toBe(true);
    }
  });

  it('never leaves the validation set empty', () => {
    const texts = ['uno', 'dos', 'tres'];
    expect(splitByHash(texts, itself, alone(texts), 1e-6).validation).toHaveLength(1);
  });
});

describe('the notebook’s split', () => {
  it('gives CHISTES its 2,177 and 242', () => {
    const split = splitByShuffle(
      Array.from({ length: 2419 }, (_, i) => i),
      0.1,
      5,
    );
    expect([split.training.length, split.validation.length]).toEqual([2177, 242]);
    expect(new Set([...split.training, ...split.validation]).size).toBe(2419);
  });

  it('depends on the seed', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    expect(splitByShuffle(items, 0.1, 1)).toEqual(splitByShuffle(items, 0.1, 1));
    expect(splitByShuffle(items, 0.1, 1)).not.toEqual(splitByShuffle(items, 0.1, 2));
  });
});

describe('random streams', () => {
  it('differ if any of their seeds differs', () => {
    const first = (...seeds: number[]) => createRandom(...seeds).int32();
    const streams = [first(0), first(1), first(0, 0), first(0, 1), first(1, 0), first(0xffff_ffff)];
    expect(new Set(streams).size).toBe(streams.length);
    expect(first(1, 2, 3)).toBe(first(1, 2, 3));
  });

  it('are uniform', () => {
    const random = createRandom(9);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) {
      const place = Math.floor(random.unit() * 16);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('shuffle without losing or repeating', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        expect(shuffled(items, createRandom(seed)).sort()).toEqual([...items].sort());
      }),
    );
  });
});
