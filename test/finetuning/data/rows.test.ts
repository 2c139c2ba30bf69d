import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowLength, type Sample, toBatch, totalWeight } from '../../../src/finetuning/data/batch.ts';
import { decodeDocuments, encodeDocuments, windows } from '../../../src/finetuning/data/document-source.ts';
import { chunks, packRows } from '../../../src/finetuning/data/pack.ts';

const sample = (tokens: number[], from = 1, weight = 1): Sample => ({ tokens, from, weight });
const anySample = fc.array(fc.nat(60), { minLength: 2, maxLength: 20 }).map((tokens) => sample(tokens));

describe('packing', () => {
  it('puts every sample into one row, and no row over its capacity', () => {
    fc.assert(
      fc.property(fc.array(anySample), fc.integer({ min: 1, max: 5 }), (samples, open) => {
        const rows = packRows(samples, 20, open);
        expect(new Set(rows.flat())).toEqual(new Set(samples));
        expect(rows.flat()).toHaveLength(samples.length);
        for (const row of rows) expect(rowLength(row)).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('fills rows well', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => 20 + ((i * 37) % 60));
    const rows = packRows(
      lengths.map((length) => sample(new Array(length).fill(1))),
      512,
    );
    const filled = lengths.reduce((a, b) => a + b, 0) / (512 * rows.length);
    expect(filled).toBeGreaterThan(0.95);
  });

  it('refuses a sample longer than a row', () => {
    expect(() => packRows([sample([1, 2, 3])], 2)).toThrow('3 tokens does not fit a row of 2');
  });
});

describe('a batch', () => {
  const batch = toBatch([[sample([5, 6, 7]), sample([8, 9], 1, 2)], [sample([1, 2, 3, 4], 3)]]);

  it('concatenates texts, each with its own positions and segment', () => {
    expect(Array.from(batch.ids, Number)).toEqual([5, 6, 7, 8, 9, 1, 2, 3, 4, 0]);
    expect(Array.from(batch.positions, Number)).toEqual([0, 1, 2, 0, 1, 0, 1, 2, 3, 0]);
    expect(Array.from(batch.segments, Number)).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, -1]);
  });

  it('predicts only the next token of the same text, from where learning begins, with its weight', () => {
    expect(Array.from(batch.targets, Number)).toEqual([6, 7, 0, 9, 0, 2, 3, 4, 0, 0]);
    expect(Array.from(batch.weights)).toEqual([1, 1, 0, 2, 0, 0, 0, 1, 0, 0]);
    expect(totalWeight([batch])).toBe(5);
  });

  it('gives a masked target no weight', () => {
    const masked = toBatch([[sample([5, 6, 0])]], { ignored: 0 });
    expect(Array.from(masked.weights)).toEqual([1, 0, 0]);
  });
});

describe('documents', () => {
  const document = fc.record({
    tokens: fc.array(fc.nat(8191), { minLength: 2, maxLength: 300 }).map((tokens) => Int32Array.from(tokens)),
    from: fc.integer({ min: 1, max: 5 }),
  });

  it('are cut so that every token but the first is predicted once', () => {
    fc.assert(
      fc.property(document, fc.integer({ min: 2, max: 50 }), ({ tokens }, limit) => {
        const pieces = windows({ tokens, from: 1 }, limit);
        const predicted = pieces.flatMap((piece) => Array.from(piece.tokens).slice(piece.from));
        expect(predicted).toEqual(Array.from(tokens).slice(1));
        for (const piece of pieces) expect(piece.tokens.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('survive encoding to bytes', () => {
    fc.assert(
      fc.property(fc.array(document), (documents) => {
        expect(decodeDocuments(encodeDocuments(documents))).toEqual(documents);
      }),
    );
  });
});

it('chunks keep order and lose nothing', () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
});
