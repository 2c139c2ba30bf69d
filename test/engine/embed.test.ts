import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedTokens } from '../../src/engine/inspect.ts';
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

  it('is that of reading the same tokens, whatever the rows beside it', async () => {
    const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 24 };
    const requests = [true, false, true, true].map((embed, seed) => ({
      ...{ prompt: { kind: 'joke' } as const, settings, seed, ...(embed && { embed }) },
    }));
    const told = await Promise.all(requests.map((request) => engine.generate(request)));
    expect(told.map(({ embedding }) => embedding !== undefined)).toEqual([true, false, true, true]);
    for (const [i, { promptTokens, tokens, embedding, text }] of told.entries()) {
      const { embed: _, ...request } = requests[i] ?? expect.fail();
      expect((await engine.generate(request)).text).toBe(text);
      if (!embedding) continue;
      const read = await engine.embed({ tokens: [...promptTokens, ...tokens], from: promptTokens.length });
      const [a, b] = [Array.from(embedding), Array.from(read)];
      const size = Math.hypot(...b);
      // A product of 8-bit weights rounds its inputs in groups that depend on how many rows there are.
      expect(Math.hypot(...a.map((x, j) => x - (b[j] ?? 0))) / size).toBeLessThan(
        precision === 'fp32' ? 1e-4 : 0.02,
      );
    }
    const [first, , second] = told;
    expect(furthest(first?.embedding ?? [], second?.embedding ?? [])).toBeGreaterThan(0.1);
  });

  it('refuses what it cannot read', async () => {
    const bad = { code: 'bad-request' };
    await expect(engine.embed({ tokens: [1, 2], from: 2 })).rejects.toMatchObject(bad);
    await expect(engine.embed({ tokens: [1], from: 1 })).rejects.toMatchObject(bad);
    await expect(engine.embed({ tokens: [1, 1e6, 2], from: 1 })).rejects.toMatchObject(bad);
    await expect(engine.embed({ tokens: Array(257).fill(1), from: 1 })).rejects.toMatchObject(bad);
  });
});
