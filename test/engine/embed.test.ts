import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedTokens } from '../../src/engine/embed.ts';
import { type LocalEngine, openLocalEngine } from '../../src/engine/local-engine.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { fixture, furthest, openModel } from './open-model.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // decoding is slow on a busy machine

// Written by test/golden/embeddings.py in this shape.
const golden = JSON.parse(
  readFileSync(new URL('../golden/embeddings.json', import.meta.url), 'utf8'),
) as Record<string, { ids: number[]; from: number; embedding: number[] }>;

describe.each(Object.entries(golden))('the embedding of %s', (name, { ids: tokens, from, embedding }) => {
  it.each([64, 7, 1])('is that of Hugging Face transformers, read %i tokens at a time', async (chunk) => {
    const { config, decoder } = await openModel(fixture(name));
    const limits = { slots: 1, cacheTokens: 128, prefillTokens: chunk, chunk, bucket: 16 };
    expect(Math.max(...embedding.map(Math.abs))).toBeGreaterThan(0.1); // not trivial
    expect(
      furthest(await embedTokens({ config }, decoder, { tokens, from }, limits), embedding),
    ).toBeLessThan(1e-4);
  });
});

describe.each(['fp32', 'q8'] as const)('an embedding gathered while decoding with %s', (precision) => {
  let engine: LocalEngine;
  beforeAll(async () => {
    engine = await openLocalEngine(bundledModelPath, {
      ...{ provider: 'cpu', threads: 1, slots: 4, precision, log: { info() {}, warn() {} } },
    });
  });
  afterAll(() => engine.close());

  it('is that of reading the same text, whatever the rows beside it', async () => {
    const settings = { ...NEUTRAL_DEFAULTS, topK: 20, maxTokens: 200 };
    const requests = [true, false, true, true].map((embed, seed) => ({
      ...{ prompt: { kind: 'joke' } as const, settings, seed, ...(embed && { embed }) },
    }));
    const told = await Promise.all(requests.map((request) => engine.generate(request)));
    expect(told.map(({ finish }) => finish)).toEqual(Array(4).fill('end'));
    expect(told.map(({ embedding }) => embedding !== undefined)).toEqual([true, false, true, true]);
    for (const [i, { embedding, text }] of told.entries()) {
      const { embed: _, ...request } = requests[i] ?? expect.fail();
      expect((await engine.generate(request)).text).toBe(text);
      if (!embedding) continue;
      const read = await engine.embed({ text });
      // Products of 8-bit weights round their inputs in groups that depend on how many rows there are.
      expect(distance(embedding, read) / Math.hypot(...read)).toBeLessThan(
        precision === 'fp32' ? 1e-4 : 0.02,
      );
    }
    const [first, , second] = told;
    expect(distance(first?.embedding ?? [], second?.embedding ?? [])).toBeGreaterThan(0.5);
  });

  it('reads any text, as far as the context goes', async () => {
    const long = 'Va un pato y dice cua. '.repeat(200);
    const [empty, cut, longer] = [
      await engine.embed({ text: '' }),
      await engine.embed({ text: long }),
      await engine.embed({ text: `${long} Fin.` }),
    ];
    for (const embedding of [empty, cut, longer]) expect(embedding.every(Number.isFinite)).toBe(true);
    expect(longer).toEqual(cut);
    expect(distance(empty, cut)).toBeGreaterThan(0.5);
  });
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (x, i) => x - (b[i] ?? Number.NaN)));
