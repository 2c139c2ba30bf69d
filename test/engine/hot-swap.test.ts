import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEngine } from '../../src/engine/client.ts';
import { createLoadedModels } from '../../src/engine/loaded-models.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { tinyModelFolder } from '../models/tiny-model.ts';
import { exists } from './exists.ts';

vi.setConfig({ testTimeout: 120_000 }); // decoding is slow on a busy machine

function models(limit: number) {
  const released: string[] = [];
  let opened = 0;
  const loaded = createLoadedModels(async (path: string) => {
    opened += 1;
    if (path === 'broken') throw new Error('cannot be read');
    return { path, release: async () => void released.push(path) };
  }, limit);
  return { loaded, released, opened: () => opened };
}

/** Work that continues until it is told to end. */
function work() {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, done };
}

describe('createLoadedModels', () => {
  it('releases the least recently used model when there are too many, and loads it again on demand', async () => {
    const { loaded, released, opened } = models(2);
    await loaded.load('a');
    await loaded.load('b');
    await loaded.use('a', async () => {});
    await loaded.load('c');
    expect(released).toEqual(['b']);
    expect(await loaded.use('b', async ({ path }) => path)).toBe('b');
    expect(released).toEqual(['b', 'a']);
    expect(opened()).toBe(4);
  });

  it('keeps a model in use until the work is done', async () => {
    const { loaded, released } = models(1);
    await loaded.load('a');
    const { end, done } = work();
    const working = loaded.use('a', () => done);
    await loaded.load('b');
    expect(released).toEqual([]);
    end();
    await working;
    expect(released).toEqual(['a']);
    expect(loaded.peek('a')).toBeUndefined();
  });

  it('loads a model once for two concurrent requests, and keeps the others when one cannot be loaded', async () => {
    const { loaded, opened } = models(2);
    await Promise.all([loaded.load('a'), loaded.load('a')]);
    expect(opened()).toBe(1);
    await expect(loaded.load('broken')).rejects.toThrow('cannot be read');
    expect(loaded.peek('a')).toBeDefined();
    await expect(loaded.use('broken', async () => {})).rejects.toThrow(/has not been loaded/);
  });

  it('drops a model whose process ended by itself', async () => {
    const { loaded, opened, released } = models(1);
    await loaded.load('a');
    loaded.forget('a');
    await loaded.use('a', async () => {});
    expect(opened()).toBe(2);
    expect(released).toEqual([]);
  });
});

describe('a new model version', () => {
  const options = { provider: 'cpu', threads: 1, slots: 4, precision: 'fp32' } as const;
  const request = {
    model: bundledModelPath,
    prompt: { kind: 'joke' },
    seed: 4,
    settings: { ...NEUTRAL_DEFAULTS, maxTokens: 60 },
  } as const;
  const short = { ...request.settings, maxTokens: 4 };

  it('takes new requests while running ones finish on theirs, and the old one goes when it is idle', async () => {
    const engine = await startEngine({ ...options, modelsLoaded: 1, log: pino({ level: 'silent' }) });
    onTestFinished(() => engine.close());
    await engine.load(bundledModelPath);
    const old = engine.pid(bundledModelPath) ?? 0;
    expect(exists(old)).toBe(true);
    const expected = await engine.generate(request);
    const next = await tinyModelFolder();
    const swap = engine.load(next).then(() => engine.generate({ ...request, model: next, settings: short }));
    let swapped = false;
    swap.finally(() => {
      swapped = true;
    });
    let finished = 0;
    for (; !swapped || finished === 0; finished++)
      expect((await engine.generate(request)).text).toBe(expected.text);
    expect((await swap).tokens.length).toBeGreaterThan(0);
    await engine.load(next);
    await expect.poll(() => engine.pid(bundledModelPath)).toBeUndefined();
    // Its memory went with its process.
    await expect.poll(() => exists(old), { timeout: 10_000 }).toBe(false);
    // It is loaded again on demand.
    expect((await engine.generate(request)).text).toBe(expected.text);
  });

  it('has its own process, whose death does not affect the others', async () => {
    const engine = await startEngine({ ...options, log: pino({ level: 'silent' }) });
    onTestFinished(() => engine.close());
    const next = await tinyModelFolder();
    await engine.load(bundledModelPath);
    await engine.load(next);
    const [pid = 0, other = 0] = [engine.pid(bundledModelPath), engine.pid(next)];
    expect(new Set([pid, other, process.pid]).size).toBe(3);
    const running = engine.generate(request);
    process.kill(other, 'SIGKILL');
    await engine.generate({ ...request, model: next, settings: short });
    await running;
    expect(engine.pid(bundledModelPath)).toBe(pid);
    expect(engine.pid(next)).not.toBe(other);
  });

  it('that cannot be loaded again after its process died is refused, until its files are back', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const engine = await startEngine({ ...options, log });
    onTestFinished(() => engine.close());
    const model = await tinyModelFolder();
    await engine.load(model);
    const config = join(model, 'config.json');
    await rename(config, `${config}.gone`);
    process.kill(engine.pid(model) ?? 0, 'SIGKILL');
    const ask = () => engine.generate({ ...request, model, settings: short });
    await expect(ask()).rejects.toMatchObject({ name: 'ChispaError', code: 'model-damaged' });
    expect(lines.join()).toContain('could not load a model again');
    await expect(ask()).rejects.toMatchObject({ name: 'ChispaError', code: 'model-damaged' });
    await rename(`${config}.gone`, config);
    expect((await ask()).tokens.length).toBeGreaterThan(0);
  });
});
