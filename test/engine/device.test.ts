import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChoosingRow } from '../../src/engine/choose.ts';
import { createDecoderSession, type DecoderSession } from '../../src/engine/decoder-session.ts';
import { createDeviceMemory } from '../../src/engine/device-memory.ts';
import { createDeviceSession } from '../../src/engine/device-session.ts';
import type { Precision, RowRequest } from '../../src/engine/engine.ts';
import { openLocalEngine } from '../../src/engine/local-engine.ts';
import { drawToken, keepTop } from '../../src/engine/processors.ts';
import { createDecodeSession, createDeviceDecodeSession } from '../../src/engine/session.ts';
import { deviceSampler } from '../../src/graph/device-sampler.ts';
import { type InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { tinyModelFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openWeights } from './open-model.ts';
import { hasSwiftShader } from './swiftshader.ts';

vi.setConfig({ testTimeout: 240_000 }); // compiling shaders for a CPU is slow on a busy machine
afterEach(() => vi.restoreAllMocks());

const log = { info() {}, warn() {} };
const tiny = { config: { n_positions: 64, n_embd: 32 } };

async function openDevice(folder: string, precision: Precision = 'fp32') {
  const weights = await openWeights(folder);
  const options = { provider: 'webgpu', threads: 1, precision, log, dtype: 'float32' } as const;
  return createDeviceSession(await createDeviceDecodeSession(weights, options), weights.config, options);
}

async function openCpu(folder: string, precision: Precision = 'fp32') {
  const weights = await openWeights(folder);
  const session = await createDecodeSession(weights, { provider: 'cpu', threads: 1, precision, log });
  return { ...weights, ...createDecoderSession(session, weights.config) };
}

describe.skipIf(!hasSwiftShader)('on a GPU', () => {
  it.each([
    ['plain draws', {}],
    ['top-p', { topP: true }],
    ['top-k, top-p and penalties', { topK: true, topP: true, penalties: true }],
  ])('chooses the same tokens as the host would: %s', async (_, uses) => {
    const [rows, vocabSize] = [6, 500];
    const options = { vocabSize, draws: true, penalties: false, topK: false, topP: false, ...uses };
    const memory = createDeviceMemory();
    const sampler = await memory.session(deviceSampler(options), 'given');
    let state = 7;
    const random = () => {
      state = (state * 48271) % 0x7fff_ffff;
      return state / 0x7fff_ffff;
    };
    const column = (value: () => number) => Float32Array.from({ length: rows }, value);
    const tensor = (values: Float32Array) => new Tensor('float32', values, [rows, values.length / rows]);
    for (let round = 0; round < 2; round++) {
      const logits = Float32Array.from({ length: rows * vocabSize }, () => 8 * (random() + random() - 1));
      const points = column(() => Math.floor(random() * 2 ** 24) / 2 ** 24);
      const temperatures = column(() => 0.5 + random());
      const topK = column(() => [1, 10, 50, vocabSize][Math.floor(4 * random())] ?? 1);
      const topP = column(() => [0.3, 0.9, 0.95, 1][Math.floor(4 * random())] ?? 1);
      const seen = Array.from({ length: rows * 8 }, () => Math.floor(random() * vocabSize));
      const { best, drawn } = await sampler.run({
        ...{ logits: tensor(logits), points: tensor(points), temperatures: tensor(temperatures) },
        ...(options.topK && { top_k: tensor(topK) }),
        ...(options.topP && { top_p: tensor(topP) }),
        ...(options.penalties && {
          seen_tokens: new Tensor('int64', BigInt64Array.from(seen, BigInt), [rows, 8]),
          penalties: tensor(new Float32Array(rows).fill(2)),
          bans: tensor(new Float32Array(rows * 8)),
        }),
      });
      for (let row = 0; row < rows; row++) {
        const own = logits.slice(row * vocabSize, (row + 1) * vocabSize);
        if (options.penalties)
          for (const token of new Set(seen.slice(row * 8, row * 8 + 8)))
            own[token] = (own[token] ?? 0) * ((own[token] ?? 0) > 0 ? 0.5 : 2);
        const largest = own.reduce((a, b) => Math.max(a, b));
        expect(Number(best?.data[row])).toBe(own.indexOf(largest));
        const weights = own.map((logit) => Math.exp((logit - largest) / (temperatures[row] ?? 1)));
        const least = weights.toSorted((a, b) => b - a)[(topK[row] ?? 1) - 1] ?? 0;
        if (options.topK) for (const [i, weight] of weights.entries()) if (weight < least) weights[i] = 0;
        if (options.topP) keepTop(weights, topP[row] ?? 1);
        expect(drawn?.data[row]).toBe(drawToken(weights, points[row] ?? 0));
      }
    }
    await memory.release();
  });

  it('decodes as on the CPU while rows join and leave, and frees every buffer that it replaces', async () => {
    const folder = await tinyModelFolder(tiny);
    const device = await openDevice(folder);
    const counts: number[] = [];
    const onDevice = await comeAndGo(device, () => counts.push(device.memory.buffers));
    const onCpu = await comeAndGo(await openCpu(folder), () => {});
    expect(onDevice).toEqual(onCpu);
    expect(new Set(onCpu.flat()).size).toBeGreaterThan(10);
    // Two layers have four caches; the logits take one buffer.
    expect(Math.max(...counts)).toBeLessThanOrEqual(4 + 1);
    expect(device.memory.buffers).toBe(1);
    await device.release();
    expect(device.memory.buffers).toBe(0);
  });

  it('gives the logits of the CPU for both families', async () => {
    for (const name of ['random-gpt2/plain', 'random-llama/qwen3']) {
      const cpu = await openCpu(fixture(name));
      const ids = Array.from({ length: 40 }, (_, i) => (i * 17 + 3) % cpu.config.vocabSize);
      const wanted = [...ids.keys()];
      const read = (session: DecoderSession, cache = session.newCache(16)) => {
        cache.add();
        return session.logits(cache, ids, ids.length, wanted);
      };
      const device = await openDevice(fixture(name));
      expect(furthest(await read(device), await read(cpu)), name).toBeLessThan(1e-4);
      await device.release();
    }
  });

  it('multiplies 8-bit weights nearly as the CPU does', async () => {
    const folder = await tinyModelFolder(tiny);
    const [device, cpu] = [await openDevice(folder, 'q8'), await openCpu(folder, 'q8')];
    const next = (session: DecoderSession, cache = session.newCache(16)) => {
      cache.add();
      return session.logits(cache, [1, 2, 3, 4], 4, [0, 1, 2, 3]);
    };
    const exact = await next(cpu);
    const rough = await next(device);
    expect(furthest(rough, exact)).toBeLessThan(0.05 * exact.reduce((a, b) => Math.max(a, Math.abs(b))));
    await device.release();
  });

  it('predicts every token of the greedy text that the CPU writes with the bundled model, 200 tokens', async () => {
    const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy', maxTokens: 200 } as const;
    const prompt = { kind: 'text', text: 'Había una vez' } as const;
    const options = { provider: 'cpu', threads: 1, slots: 1, precision: 'fp32', log } as const;
    const engine = await openLocalEngine(bundledModelPath, options);
    const text = await engine.generate({ prompt, seed: 1, settings, minTokens: 200 });
    await engine.close();
    expect(text.tokens).toHaveLength(200);
    const ids = [...text.promptTokens, ...text.tokens];
    const device = await openDevice(bundledModelPath);
    const { config } = await openWeights(bundledModelPath);
    const cache = device.newCache(32);
    cache.add();
    const places = text.tokens.map((_, i) => text.promptTokens.length - 1 + i);
    const logits = await device.logits(cache, ids.slice(0, -1), ids.length - 1, places);
    const predicted = places.map((_, i) => {
      const own = logits.subarray(i * config.vocabSize, (i + 1) * config.vocabSize);
      for (const end of config.ends) own[end] = Number.NEGATIVE_INFINITY; // `minTokens` bans it
      return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
    });
    expect(predicted).toEqual(text.tokens);
    await device.release();
  });

  it('goes on on the CPU when the device is lost, with the same text for every request', async () => {
    const folder = await tinyModelFolder(tiny);
    const warnings: string[] = [];
    const options = { threads: 1, slots: 4, precision: 'fp32' } as const;
    const requests = [1, 2, 3, 4, 5].map((seed) => request(seed, { maxTokens: 6 + seed }));
    const cpu = await openLocalEngine(folder, { ...options, provider: 'cpu', log });
    const expected = await Promise.all(requests.map((it) => cpu.generate(it)));
    const engine = await openLocalEngine(folder, {
      ...options,
      provider: 'webgpu',
      log: { ...log, warn: (message) => warnings.push(message) },
    });
    expect(engine.loaded.provider).toBe('webgpu');
    const any = await createDecodeSession(await openWeights(folder), { ...options, provider: 'cpu', log });
    const sessions = Object.getPrototypeOf(any) as InferenceSession; // what all sessions run with
    const run = sessions.run as (...given: unknown[]) => ReturnType<typeof any.run>;
    let runs = 0;
    vi.spyOn(sessions, 'run').mockImplementation(async function (
      this: InferenceSession,
      ...given: unknown[]
    ) {
      if (this.outputNames.includes('present_key.0') && ++runs > 12) throw new Error('the device is lost');
      return run.apply(this, given);
    });
    const pieces: string[] = [];
    const results = await Promise.all(
      requests.map((it, i) => engine.generate(it, i === 0 ? { onText: (text) => pieces.push(text) } : {})),
    );
    expect(results.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
    expect(pieces.join('')).toBe(expected[0]?.text);
    expect(runs).toBe(13);
    expect(engine.loaded.provider).toBe('cpu');
    expect(engine.load().placement).toEqual({ provider: 'cpu', reason: { why: 'failed' } });
    expect(warnings).toEqual([expect.stringContaining('the device is lost')]);
    await engine.close();
    await cpu.close();
  });

  it('measures and says what it has chosen', async () => {
    const said: string[] = [];
    const engine = await openLocalEngine(await tinyModelFolder(tiny), {
      ...{ provider: 'auto', threads: 1, slots: 1, precision: 'fp32' },
      log: { ...log, info: (message) => said.push(message) },
    });
    const { provider } = engine.loaded;
    expect(said).toEqual([
      expect.stringMatching(provider === 'cpu' ? /runs on the CPU:/ : /runs on the GPU/),
    ]);
    expect(said[0]).toMatch(/[\d.]+ ms on the GPU and [\d.]+ ms on the CPU/);
    const reason = { why: 'measured', gpu: expect.any(Number), cpu: expect.any(Number) };
    expect(engine.load().placement).toEqual({ provider, reason });
    await engine.close();
  });
});

function request(seed: number, settings: Partial<DecoderSettings> = {}): RowRequest {
  const prompt = { kind: 'text', text: 'Un perro'.slice(0, seed + 1) } as const;
  return { prompt, seed, settings: { ...NEUTRAL_DEFAULTS, ...settings } };
}

/** Rows with prompts of several lengths join and leave a batch. Returns what each row was given. */
async function comeAndGo(session: DecoderSession, onStep: () => void): Promise<number[][]> {
  const texts: number[][] = [];
  const rows: (ChoosingRow & { tokens: number[] })[] = [];
  const cache = session.newCache(8);
  const join = async (seed: number) => {
    const prompt = Array.from({ length: 1 + ((seed * 5) % 21) }, (_, i) => (seed * 31 + i * 7) % 256);
    const own = session.newCache(8);
    own.add();
    if (prompt.length > 1) await session.read(own, prompt.slice(0, -1));
    cache.add(own);
    const settings = { ...NEUTRAL_DEFAULTS, decoder: seed % 2 ? 'sampling' : 'greedy' } as const;
    const row = { request: { settings, seed }, prompt, tokens: [] };
    rows.push(row);
    texts.push(row.tokens);
  };
  for (let step = 0; step < 16; step++) {
    if (step % 3 === 0) await join(step);
    if (step === 6) await join(100);
    const chosen = await session.step(cache, rows);
    for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
    onStep();
    if (step % 5 === 4) leave((step * 7) % rows.length);
  }
  while (rows.length > 0) leave(0);
  return texts;

  function leave(index: number): void {
    cache.remove(index);
    const last = rows.pop();
    if (last && index < rows.length) rows[index] = last;
  }
}
