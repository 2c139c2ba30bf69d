import { expect, it, vi } from 'vitest';
import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import type { Tensor } from '../../src/lib/onnxruntime.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { fixture, openModel } from './open-model.ts';

const BUCKET = 8;

/** Rows that take every path through the sampler. */
const settings: Partial<DecoderSettings>[] = [
  {},
  { decoder: 'greedy' },
  { topK: 5 },
  { topP: 0.9 },
  { repetitionPenalty: 1.3 },
];

it('feeds every step of a batch from the same memory until the cache is full', async () => {
  const { session, config } = await openModel(fixture('random-gpt2/plain'));
  const run = vi.spyOn(session, 'run');
  const decoder = createDecoderSession(session, config);
  const cache = createKvCache(config, BUCKET);
  const rows = settings.map((more, seed) => ({
    request: { seed, settings: { ...NEUTRAL_DEFAULTS, ...more } },
    prompt: [seed + 1],
    tokens: [] as number[],
  }));
  for (const _ of rows) cache.add();
  const inputs: Record<string, Tensor>[] = [];
  for (let step = 0; step < 2 * BUCKET; step++) {
    const chosen = await decoder.step(cache, rows);
    for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
    inputs.push({ ...(run.mock.lastCall?.[0] as Record<string, Tensor>) });
  }
  const [first = {}] = inputs;
  expect(Object.keys(first).length).toBeGreaterThan(15);
  for (const [step, feeds] of inputs.entries())
    for (const [name, tensor] of Object.entries(feeds)) {
      const since = name.startsWith('past_') && step >= BUCKET ? inputs[BUCKET] : first; // a larger cache
      expect(tensor, `${name} of step ${step}`).toBe(since?.[name]);
    }
  expect(inputs[BUCKET]?.['past_key.0']).not.toBe(first['past_key.0']);
});
