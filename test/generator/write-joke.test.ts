import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JokeRequest } from '../../src/db/request-shape.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { Engine, LoadedModel } from '../../src/engine/engine.ts';
import type { Serving } from '../../src/generator/active-model.ts';
import { newJoke } from '../../src/generator/answer-joke.ts';
import { type Draft, writeJoke } from '../../src/generator/write-joke.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import type { Safety } from '../../src/safety/safety.ts';
import { silent } from '../databases.ts';

const request: Draft = {
  kind: 'joke',
  settings: { ...BOT_DEFAULTS, maxTokens: 24 },
  seed: 7,
  safeMode: true,
  deadline: new Date(Date.now() + 600_000),
};

/** A filter that rejects whole texts that begin with one of these. */
const refusing = (texts: readonly string[]): Safety => ({
  check: (text) =>
    texts.some((refused) => text.length >= refused.length && text.startsWith(refused))
      ? { allowed: false, reason: 'crude', match: text }
      : { allowed: true },
});

describe('writing a joke', () => {
  let engine: Engine;
  let loaded: LoadedModel;
  beforeAll(async () => {
    engine = await startEngine({ provider: 'cpu', threads: 1, slots: 2, precision: 'fp32', log: silent });
    loaded = await engine.load(bundledModelPath);
  });
  afterAll(() => engine.close());

  const write = async (safety: Safety, asked: Draft = request) => {
    const shown: string[] = [];
    const signal = new AbortController().signal;
    const written = await writeJoke({ engine, safety, clock: Date }, asked, { loaded }, signal, ({ text }) =>
      shown.push(text),
    );
    return { written, shown };
  };

  it('uses the request’s own seed when the text passes the filter', async () => {
    const { written, shown } = await write(refusing([]));
    expect(written?.seed).toBe(7);
    expect(shown.at(-1)?.startsWith(written?.result.text ?? '?')).toBe(true);
  });

  it('tries another seed when it does not, and never shows the rejected text', async () => {
    const first = (await write(refusing([]))).written?.result.text ?? '';
    const { written, shown } = await write(refusing([first]));
    expect(written?.seed).not.toBe(7);
    expect(written?.result.text).not.toBe(first);
    expect(shown.filter((text) => text.startsWith(first))).toEqual([]);
    // The same seed gives the same joke again, so the joke's row is enough to reproduce it.
    const again = await write(refusing([]), { ...request, seed: written?.seed ?? 0 });
    expect(again.written?.result.text).toBe(written?.result.text);
  });

  it('is recorded with where it was written, not with where its model ran when it was loaded', async () => {
    const { written } = await write(refusing([]));
    if (!written) throw new Error('unreachable: everything is fit');
    const moved = { version: { id: 1 }, loaded: { ...loaded, provider: 'webgpu' } } as Serving; // all that is read
    expect(newJoke({ ...request, id: 'a' } as JokeRequest, moved, written).provider).toBe('cpu');
  });

  it('gives up after three more seeds', async () => {
    let looks = 0;
    const nothingIsFit: Safety = {
      check: (text) => {
        looks++;
        return { allowed: false, reason: 'crude', match: text };
      },
    };
    const { written, shown } = await write(nothingIsFit);
    expect(written).toBeUndefined();
    expect(shown).toEqual([]);
    expect(looks).toBeGreaterThanOrEqual(4);
  });

  it('filters the given text together with its continuation', async () => {
    const given = 'Había una';
    const seam: Safety = {
      check: (text) =>
        text.startsWith(given) && text.length > given.length
          ? { allowed: false, reason: 'crude', match: text }
          : { allowed: true },
    };
    const { written } = await write(seam, { ...request, kind: 'continue', text: given });
    expect(written).toBeUndefined();
  });

  it('leaves nothing at the signal, which lives as long as the program', async () => {
    const { signal } = new AbortController();
    await writeJoke({ engine, safety: refusing([]), clock: Date }, request, { loaded }, signal, () => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node has no other way to see what follows a signal through `AbortSignal.any`.
    const kept = Object.getOwnPropertySymbols(signal).filter(
      ({ description }) => description === 'kDependantSignals',
    );
    expect(kept.map((symbol) => (signal as unknown as Record<symbol, unknown>)[symbol] ?? undefined)).toEqual(
      kept.map(() => undefined),
    );
  });
});
