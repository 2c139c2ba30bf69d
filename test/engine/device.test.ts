import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AdapterStack, createAdapterStack } from '../../src/engine/adapter-stack.ts';
import type { ChoosingRow } from '../../src/engine/choose.ts';
import { startEngine } from '../../src/engine/client.ts';
import { createDecoderSession, type DecoderSession } from '../../src/engine/decoder-session.ts';
import { createDeviceChooser } from '../../src/engine/device-chooser.ts';
import { createDeviceMemory } from '../../src/engine/device-memory.ts';
import { createDeviceSession } from '../../src/engine/device-session.ts';
import type { Precision, RowRequest } from '../../src/engine/engine.ts';
import { openLocalEngine } from '../../src/engine/local-engine.ts';
import { drawToken, keepTop } from '../../src/engine/processors.ts';
import { quantizedWeights } from '../../src/engine/quantized-file.ts';
import { createDecodeSession, createDeviceDecodeSession } from '../../src/engine/session.ts';
import { weightParts } from '../../src/engine/weight-parts.ts';
import { peftConfig, peftTensors } from '../../src/finetuning/result/adapter.ts';
import { decodeGraph } from '../../src/graph/decode.ts';
import { copyOfNumbers } from '../../src/graph/device-optimizer.ts';
import { deviceSampler } from '../../src/graph/device-sampler.ts';
import { encodeModel } from '../../src/graph/encode.ts';
import { loraShapes } from '../../src/graph/trained-adapter.ts';
import type { Graph } from '../../src/graph/value.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import type { ModelConfig } from '../../src/models/config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { writeSafetensors } from '../../src/models/safetensors.ts';
import { temporaryFolder, tinyModelFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openWeights } from './open-model.ts';
import { hasSwiftShader } from './swiftshader.ts';
import { watchRuns } from './watch-runs.ts';

vi.setConfig({ testTimeout: 240_000 }); // compiling shaders for a CPU is slow on a busy machine
afterEach(() => vi.restoreAllMocks());

const log = { info() {}, warn() {} };
const tiny = { config: { n_positions: 64, n_embd: 32 } };

/** What a sampler is made for. */
type Uses = Partial<Parameters<typeof deviceSampler>[0]>;

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

/** On the CPU, with products of quantized weights in float32 instead of integers. */
async function openExact(folder: string, precision: 'q8' | 'q4') {
  const model = await openWeights(folder);
  const weights = await quantizedWeights(model, precision, () => {});
  const parts = (graph: Graph) =>
    weightParts(graph, model, weights, { precision, dtype: 'float32', device: true });
  const graph = decodeGraph(model.config, parts);
  const nodes = graph.nodes.map((node) =>
    node.type === 'MatMulNBits' ? { ...node, attributes: { ...node.attributes, accuracy_level: 1 } } : node,
  );
  const session = await InferenceSession.create(encodeModel({ ...graph, nodes }), {
    extra: { session: { model_external_initializers_file_folder_path: dirname(weights.path) } },
  });
  return createDecoderSession(session, model.config);
}

/** An adapter of arbitrary numbers, as the trainer writes it. */
async function adapterFolder(
  config: ModelConfig,
  which: number,
  targets: readonly string[],
  rank = 3,
): Promise<string> {
  const folder = await temporaryFolder();
  const shape = { rank, alpha: 6, targets };
  const shapes = loraShapes(config, shape);
  const views = new Map(
    [...shapes].map(([name, [rows = 0, columns = 0]], n) => [
      name,
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(which * 7 + n * 3 + i * 1.3)),
    ]),
  );
  const layout = layoutOf(config);
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(peftConfig(shape, 'base', layout)));
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), peftTensors(views, shapes, layout));
  return folder;
}

it('cannot have a step recorded and replayed: when this fails, see “How fast” in docs/gpu.md', async () => {
  const model = encodeModel(copyOfNumbers());
  const webgpu = { name: 'webgpu', enableGraphCapture: true };
  await expect(InferenceSession.create(model, { executionProviders: [webgpu] })).rejects.toThrow(
    "Invalid argument: WebGPU EP has an unrecognized option: 'enableGraphCapture'.",
  );
});

describe.skipIf(!hasSwiftShader)('on a GPU', () => {
  it.each([
    ['plain draws', {}],
    ['top-p', { topP: true }],
    ['top-k, top-p and penalties', { topK: true, topP: true, penalties: true }],
    ['top-k and top-p in whole blocks', { topK: true, topP: true, vocabSize: 512 }],
    ['top-p in one block', { topP: true, vocabSize: 256 }],
  ])('chooses the same tokens as the host would: %s', async (_, { vocabSize = 500, ...uses }: Uses) => {
    const rows = 6;
    const options = {
      vocabSize,
      greedy: true,
      draws: true,
      penalties: false,
      topK: false,
      topP: false,
      ...uses,
    };
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
        expect(best?.data[row]).toBe(own.indexOf(largest));
        const weights = own.map((logit) => Math.exp((logit - largest) / (temperatures[row] ?? 1)));
        const least = weights.toSorted((a, b) => b - a)[(topK[row] ?? 1) - 1] ?? 0;
        if (options.topK) for (const [i, weight] of weights.entries()) if (weight < least) weights[i] = 0;
        if (options.topP) keepTop(weights, topP[row] ?? 1);
        expect(drawn?.data[row]).toBe(drawToken(weights, points[row] ?? 0));
      }
    }
    await memory.release();
  });

  it.each([256, 500, 1024])('takes the first of the most probable of %i tokens', async (vocabSize) => {
    const memory = createDeviceMemory();
    const uses = { greedy: true, draws: false, penalties: false, topK: false, topP: false };
    const sampler = await memory.session(deviceSampler({ vocabSize, ...uses }), 'given');
    const ties = [[0], [vocabSize - 1], [7, 200], [255, vocabSize - 2], [vocabSize - 3, vocabSize - 1]];
    const logits = new Float32Array(ties.length * vocabSize).fill(-1e9); // as low as a banned token
    for (const [row, tokens] of ties.entries())
      for (const token of tokens) logits[row * vocabSize + token] = -20 - row;
    const { best } = await sampler.run({ logits: new Tensor('float32', logits, [ties.length, vocabSize]) });
    expect([...(best?.data ?? [])]).toEqual(ties.map((tokens) => Math.min(...tokens)));
    await memory.release();
  });

  it.each([500, 512])('refuses logits that are not numbers, of %i tokens', async (vocabSize) => {
    const memory = createDeviceMemory();
    const chooser = createDeviceChooser({ vocabSize, ends: [0] }, memory);
    const upload = await memory.session(copyOfNumbers(), 'new');
    const [buffer] = await memory.make(upload, {
      numbers: new Tensor('float32', new Float32Array(vocabSize).fill(Number.NaN), [vocabSize]),
    });
    if (!buffer) throw new Error('one buffer was made');
    for (const decoder of ['greedy', 'sampling'] as const) {
      const row = { request: { ...request(1), settings: { ...NEUTRAL_DEFAULTS, decoder } }, prompt: [1] };
      const choosing = chooser.choose(memory.view(buffer, [1, vocabSize]), [{ ...row, tokens: [] }]);
      await expect(choosing, decoder).rejects.toThrow('the logits are not numbers');
    }
    memory.free(buffer);
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

  it('carries at most 64 KB over the bus in a step of 32 rows, and no cache when a row joins or leaves', async () => {
    const device = await openDevice(await tinyModelFolder(tiny));
    let carried = 0;
    await watchRuns({
      after(feeds, results) {
        for (const tensor of [feeds, results].flatMap((all) => Object.values(all)))
          if (tensor.location === 'cpu') carried += (tensor.data as Uint8Array).byteLength;
      },
    });
    const cache = device.newCache(8);
    const rows: (ChoosingRow & { tokens: number[] })[] = [];
    const settings = { ...NEUTRAL_DEFAULTS, temperature: 0.8, topP: 0.95 };
    const add = (from?: ReturnType<typeof device.newCache>) => {
      cache.add(from);
      rows.push({ request: { settings, seed: rows.length }, prompt: [rows.length], tokens: [] });
    };
    const step = async () => {
      carried = 0;
      const chosen = await device.step(cache, rows);
      for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
      return carried;
    };
    while (rows.length < 32) add();
    await step();
    const usual = await step();
    expect(usual).toBeGreaterThan(32 * 8);
    expect(usual).toBeLessThanOrEqual(64 * 1024);
    const own = device.newCache(8);
    own.add();
    await device.read(
      own,
      Array.from({ length: 40 }, (_, i) => i),
    ); // 20 KB of keys and values
    add(own);
    expect(await step()).toBeLessThan(usual + 512);
    cache.remove(3);
    rows.splice(3, 1, ...rows.splice(-1));
    expect(await step()).toBeLessThan(usual + 512);
    await device.release();
  });

  it('has no more buffers after 10,000 steps, while 400 rows come and go', async () => {
    const folder = await tinyModelFolder({
      config: { n_positions: 64, n_embd: 8, n_head: 1, n_inner: 8, n_layer: 1 },
    });
    const device = await openDevice(folder);
    const cache = device.newCache(8);
    const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' } as const;
    const rows: { request: RowRequest; prompt: number[]; tokens: number[] }[] = [];
    const counts = new Set<number>();
    for (let step = 0; step < 10000; step++) {
      if (step % 25 === 0) {
        if (rows.length === 2) {
          cache.remove(0);
          rows.splice(0, 2, ...rows.slice(1));
        }
        cache.add();
        rows.push({ request: { ...request(step), settings }, prompt: [step % 256], tokens: [] });
      }
      const chosen = await device.step(cache, rows);
      for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
      counts.add(device.memory.buffers);
    }
    // One layer has two caches; the logits take one buffer.
    expect(counts).toEqual(new Set([2 + 1]));
    await device.release();
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

  it.each(['q8', 'q4'] as const)('writes with %s weights what exact products would', async (precision) => {
    const folder = await tinyModelFolder(tiny);
    const write = async (session: DecoderSession) => {
      const cache = session.newCache(16);
      const read = session.newCache(16);
      read.add();
      const logits = await session.logits(read, [1, 2, 3, 4], 4, [0, 1, 2, 3]);
      const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' } as const;
      const rows = [5, 6].map((seed) => ({
        request: { settings, seed },
        prompt: [seed],
        tokens: [0].slice(1),
      }));
      for (const _ of rows) cache.add();
      for (let step = 0; step < 16; step++) {
        const chosen = await session.step(cache, rows);
        for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
      }
      return { logits, texts: rows.map(({ tokens }) => tokens) };
    };
    const device = await openDevice(folder, precision);
    const [own, exact] = [await write(device), await write(await openExact(folder, precision))];
    expect(furthest(own.logits, exact.logits)).toBeLessThan(1e-4);
    expect(own.texts).toEqual(exact.texts);
    expect(new Set(own.texts.flat()).size).toBeGreaterThan(4);
    await device.release();
  });

  it('gives every row its own adapter, and carries its matrices over once', async () => {
    const weights = await openWeights(fixture('random-gpt2/plain'));
    const { config } = weights;
    const adapters = ['attn.c_attn', 'mlp.c_proj'];
    const folders = [await adapterFolder(config, 1, adapters), await adapterFolder(config, 2, adapters, 9)];
    const write = async (session: DecoderSession, stack: AdapterStack, onStep: () => void) => {
      const cache = session.newCache(16);
      const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' } as const;
      for (const folder of folders) await stack.hold(folder);
      const rows = [undefined, ...folders].map((adapter) => {
        cache.add();
        const request = { settings, seed: 1, ...(adapter !== undefined && { adapter }) };
        return { request, prompt: [3], tokens: [0].slice(1) };
      });
      for (let step = 0; step < 8; step++) {
        const chosen = await session.step(cache, rows);
        for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
        onStep();
      }
      return rows.map(({ tokens }) => tokens);
    };
    const options = { threads: 1, precision: 'fp32', log, adapters } as const;
    const [ownStack, cpuStack] = [createAdapterStack(config), createAdapterStack(config)];
    const device = await createDeviceSession(
      await createDeviceDecodeSession(weights, { ...options, provider: 'webgpu', dtype: 'float32' }),
      config,
      { dtype: 'float32', adapters: ownStack.feeds },
    );
    const cpu = createDecoderSession(
      await createDecodeSession(weights, { ...options, provider: 'cpu' }),
      config,
      { adapters: cpuStack.feeds },
    );
    const counts = new Set<number>();
    const texts = await write(device, ownStack, () => counts.add(device.memory.buffers));
    expect(texts).toEqual(await write(cpu, cpuStack, () => {}));
    expect(new Set(texts.map(String)).size).toBe(3);
    // The caches, the logits, and two matrices for either kind of layer.
    expect([...counts]).toEqual([2 * config.layers + 1 + 2 * adapters.length * config.layers]);
    await device.release();
    expect(device.memory.buffers).toBe(2 * config.layers); // of the cache, which `write` leaves behind
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
    let runs = 0;
    await watchRuns({
      before({ outputNames }) {
        if (outputNames.includes('present_key.0') && ++runs > 12) throw new Error('the device is lost');
      },
    });
    const pieces: string[] = [];
    const results = await Promise.all(
      requests.map((it, i) => engine.generate(it, i === 0 ? { onText: (text) => pieces.push(text) } : {})),
    );
    expect(results.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
    expect(pieces.join('')).toBe(expected[0]?.text);
    expect(runs).toBe(13);
    expect(new Set(results.map(({ provider }) => provider))).toEqual(new Set(['webgpu', 'cpu']));
    expect(engine.loaded.provider).toBe('cpu');
    expect(engine.load().placement).toEqual({ provider: 'cpu', reason: { why: 'failed' } });
    expect(warnings).toEqual([expect.stringContaining('the device is lost')]);
    await engine.close();
    await cpu.close();
  });

  it('goes on on the CPU when its process is ended, and says so, and which text was written where', async () => {
    const model = await tinyModelFolder(tiny);
    const options = { threads: 1, slots: 4, precision: 'fp32', log: pino({ level: 'silent' }) } as const;
    const engine = await startEngine({ ...options, provider: 'webgpu' });
    const loaded = await engine.load(model);
    const onGpu = await engine.generate({ ...request(1, { maxTokens: 8 }), model });
    process.kill(engine.pid(model) ?? 0, 'SIGKILL');
    const onCpu = await engine.generate({ ...request(1, { maxTokens: 8 }), model });
    expect([loaded.provider, onGpu.provider, onCpu.provider]).toEqual(['webgpu', 'webgpu', 'cpu']);
    expect(onCpu.tokens).toEqual(onGpu.tokens);
    expect((await engine.measure())[0]?.placement).toEqual({ provider: 'cpu', reason: { why: 'failed' } });
    await engine.close();
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
