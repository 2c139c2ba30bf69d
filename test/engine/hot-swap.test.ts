import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createLoadedModels } from '../../src/engine/loaded-models.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { tinyModelFolder } from '../models/tiny-model.ts';

function models(limit: number) {
  const released: string[] = [];
  let opened = 0;
  const loaded = createLoadedModels(async (path: string) => {
    opened += 1;
    if (path === 'broken') throw new Error('cannot be read');
    return { path, busy: path === 'never', release: async () => void released.push(path) };
  }, limit);
  return { loaded, released, opened: () => opened };
}

describe('createLoadedModels', () => {
  it('releases the least recently used one without rows when there are too many', async () => {
    const { loaded, released } = models(2);
    await loaded.load('a');
    const b = await loaded.load('b');
    loaded.use('a');
    await loaded.load('c');
    expect(released).toEqual(['b']);
    await loaded.use('b');
    expect(released).toEqual(['b', 'a']);
    expect(b.busy).toBe(false);
  });

  it('keeps one with rows until they have gone', async () => {
    const { loaded, released } = models(1);
    const a = await loaded.load('a');
    a.busy = true;
    await loaded.load('b');
    expect(released).toEqual([]);
    a.busy = false;
    await loaded.trim();
    expect(released).toEqual(['a']);
  });

  it('loads once for two who ask at once, and keeps the others when one cannot be loaded', async () => {
    const { loaded, opened } = models(2);
    await Promise.all([loaded.load('a'), loaded.load('a')]);
    expect(opened()).toBe(1);
    await expect(loaded.load('broken')).rejects.toThrow('cannot be read');
    expect(loaded.resident().map(({ path }) => path)).toEqual(['a']);
    expect(() => loaded.use('broken')).toThrow(/has not been loaded/);
  });
});

describe('a new model version', () => {
  it('takes new requests while running ones finish on theirs', async () => {
    const log = { info() {}, warn() {} };
    const engine = createEngine({
      provider: 'cpu',
      threads: 1,
      slots: 4,
      precision: 'fp32',
      modelsLoaded: 1,
      log,
    });
    await engine.load(bundledModelPath);
    const request = {
      model: bundledModelPath,
      prompt: { kind: 'joke' },
      seed: 4,
      settings: { ...NEUTRAL_DEFAULTS, maxTokens: 60 },
    } as const;
    const expected = await engine.generate(request);
    const next = await tinyModelFolder();
    const swap = engine
      .load(next)
      .then(() =>
        engine.generate({ ...request, model: next, settings: { ...request.settings, maxTokens: 4 } }),
      );
    let swapped = false;
    swap.finally(() => {
      swapped = true;
    });
    let finished = 0;
    for (; !swapped || finished === 0; finished++)
      expect((await engine.generate(request)).text).toBe(expected.text);
    expect((await swap).tokens.length).toBeGreaterThan(0);
    // The old one, released meanwhile, comes back when it is asked for.
    expect((await engine.generate(request)).text).toBe(expected.text);
    await engine.close();
  });
});
