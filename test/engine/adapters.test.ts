import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createAdapterStack } from '../../src/engine/adapter-stack.ts';
import { startEngine } from '../../src/engine/client.ts';
import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import type { GenerationRequest, Precision } from '../../src/engine/engine.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import { openLocalEngine } from '../../src/engine/local-engine.ts';
import { mergeAdapters, peftConfig, peftTensors } from '../../src/finetuning/result/adapter.ts';
import { loraShapes } from '../../src/graph/trained-adapter.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import type { ModelConfig } from '../../src/models/config.ts';
import { tensorFor } from '../../src/models/folder.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { float32Tensor, readTensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { tinyLlamaFolder } from '../models/tiny-llama.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openModel, openWeights } from './open-model.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const LORA_TARGETS = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'];

interface Given {
  which: number;
  rank: number;
  targets: readonly string[];
  /** How far it moves the model from its base. */
  size?: number;
}

/** Matrices of an adapter: arbitrary numbers, all different. */
function matrices(config: ModelConfig, { which, rank, targets, size = 0.3 }: Given) {
  const shapes = loraShapes(config, { rank, targets });
  const views = new Map(
    [...shapes].map(([name, [rows = 0, columns = 0]], n) => [
      name,
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(which * 7 + n * 3 + i * 1.3) * size),
    ]),
  );
  return { shapes, views, lora: { rank, alpha: 2 * rank, targets } };
}

/** Writes an adapter as the trainer does. */
async function adapterFolder(config: ModelConfig, given: Given): Promise<string> {
  const folder = await temporaryFolder();
  const { shapes, views, lora } = matrices(config, given);
  await writeFile(
    join(folder, 'adapter_config.json'),
    JSON.stringify(peftConfig(lora, 'base', layoutOf(config))),
  );
  await writeSafetensors(
    join(folder, 'adapter_model.safetensors'),
    peftTensors(views, shapes, layoutOf(config)),
  );
  return folder;
}

/** The base model with A·B of one adapter added to its weights. */
async function mergedFolder(base: string, given: Given): Promise<string> {
  const folder = join(await temporaryFolder(), 'merged');
  await mkdir(folder);
  await cp(base, folder, { recursive: true, filter: (path) => !path.endsWith('.cache') });
  const folderWeights = await openWeights(base);
  const { views, lora } = matrices(folderWeights.config, given);
  const weights = new Map<string, Float32Array>();
  for (const name of expectedShapes(folderWeights.config).keys())
    weights.set(name, await readTensor(folderWeights.weights, tensorFor(folderWeights, name).name));
  mergeAdapters(weights, views, lora, layoutOf(folderWeights.config));
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    [...expectedShapes(folderWeights.config)].map(([name, shape]) =>
      float32Tensor(name, shape, weights.get(name) ?? new Float32Array()),
    ),
  );
  return folder;
}

const small: Given = { which: 1, rank: 3, targets: ['attn.c_attn', 'mlp.c_proj'] };
const large: Given = { which: 2, rank: 12, targets: LORA_TARGETS, size: 0.1 };

/** Each family with an adapter on some of its layers and one on all of them. */
const FAMILIES = [
  { name: 'GPT-2', make: async () => fixture('random-gpt2/plain'), targets: LORA_TARGETS, small, large },
  ...(['llama', 'qwen2', 'qwen3'] as const).map((type) => {
    const parts = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `self_attn.${name}`);
    const targets = [...parts, ...['gate_proj', 'up_proj', 'down_proj'].map((name) => `mlp.${name}`)];
    return {
      name: type,
      make: () => tinyLlamaFolder({ tokenizer: 'qwen', config: { model_type: type } }),
      targets,
      small: { which: 1, rank: 3, targets: ['self_attn.q_proj', 'self_attn.v_proj', 'mlp.down_proj'] },
      large: { which: 2, rank: 12, targets, size: 0.1 },
    };
  }),
];

describe.each(FAMILIES)('the graph of $name', ({ name, make, targets, small, large }) => {
  it('gives each row of a batch the logits of the weights with its own adapter merged in', async () => {
    const base = await make();
    const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
    const { session, config } = await openModel(base, { adapters: targets });
    const stack = createAdapterStack(config);
    const folders = [await adapterFolder(config, small), await adapterFolder(config, large)];
    for (const folder of folders) await stack.hold(folder);
    const decoder = createDecoderSession(session, config, { adapters: stack.feeds });
    const cache = createKvCache(config, 16);
    const rows = [undefined, folders[1], folders[0]];
    for (const _ of rows) cache.add();
    const wanted = rows.flatMap((_, row) => ids.map((_, i) => row * ids.length + i));
    const all = await decoder.logits(cache, rows.flatMap(() => ids), ids.length, wanted, rows); // biome-ignore format: one call
    const size = ids.length * config.vocabSize;
    const [none, second, first] = rows.map((_, row) => all.subarray(row * size, (row + 1) * size));
    const merged = async (given: Given) => (await openModel(await mergedFolder(base, given))).read(ids);
    const plain = await (await openModel(base)).read(ids);
    expect(none).toEqual(plain);
    expect(furthest(second ?? [], await merged(large))).toBeLessThan(1e-4);
    expect(furthest(first ?? [], await merged(small))).toBeLessThan(1e-4);
    expect(furthest(first ?? [], plain)).toBeGreaterThan(0.1);
    expect(furthest(first ?? [], second ?? [])).toBeGreaterThan(0.1);
  });

  it.each(name === 'llama' || name === 'qwen2' ? (['q8'] as const) : (['fp32', 'q8', 'q4'] as const))(
    'gives a row the same bits alone and alongside others: %s',
    async (precision) => {
      const base = await temporaryFolder(); // a copy: its quantized weights are kept beside it
      await cp(await make(), base, { recursive: true });
      const { session, config } = await openModel(base, { adapters: targets, precision });
      const folders = await Promise.all(
        [small, large, { ...small, which: 3, rank: 20 }].map((given) => adapterFolder(config, given)),
      );
      /** Logits of the last token of each row, after `before` tokens read together and four one by one. */
      const last = async (rows: readonly (string | undefined)[]) => {
        const stack = createAdapterStack(config);
        await stack.hold(folders[1] ?? ''); // this adapter changes every layer, as the graph expects
        stack.drop(folders[1] ?? '');
        for (const folder of rows) if (folder !== undefined) await stack.hold(folder);
        const decoder = createDecoderSession(session, config, { adapters: stack.feeds });
        const cache = createKvCache(config, 16);
        for (const row of rows) {
          const own = createKvCache(config, 16);
          own.add();
          await decoder.read(own, [3, 1, 4, 1, 5], row);
          cache.add(own);
        }
        let logits = new Float32Array();
        for (const id of [9, 2, 6, 5])
        logits = (await decoder.logits(cache, rows.map(() => id), 1, [...rows.keys()], rows)).slice(); // biome-ignore format: one call
        return rows.map((_, i) => logits.subarray(i * config.vocabSize, (i + 1) * config.vocabSize));
      };
      const rows = [folders[0], undefined, folders[1], folders[2], folders[0], folders[1], undefined];
      const together = await last(rows);
      for (const [i, row] of rows.entries()) expect((await last([row]))[0]).toEqual(together[i]);
    },
  );
});

describe('the stack', () => {
  it('evicts adapters that no row uses, except the most recent few', async () => {
    const { config } = await openWeights(fixture('random-gpt2/plain'));
    const stack = createAdapterStack(config);
    const folders: string[] = [];
    for (let which = 0; which < 7; which++) {
      const folder = await adapterFolder(config, { ...small, which });
      folders.push(folder);
      await stack.hold(folder);
    }
    expect(stack.feeds([folders[2]], 1).slot_adapters?.dims).toEqual([7]);
    for (const folder of folders.slice(0, 6)) stack.drop(folder);
    expect(stack.folders).toEqual(folders.slice(2));
    expect(stack.feeds([folders[6]], 1).slot_adapters?.dims).toEqual([1]);
    stack.drop(folders[6] ?? '');
    expect(stack.folders).toEqual(folders.slice(3));
  });

  it.each([
    ['adapter-missing', async () => temporaryFolder()],
    ['adapter-unsupported', (config: ModelConfig) => withConfig(config, { use_dora: true })],
    ['adapter-unsupported', (config: ModelConfig) => withConfig(config, { modules_to_save: ['lm_head'] })],
    ['adapter-mismatch', (config: ModelConfig) => withConfig(config, { r: 4 })],
    [
      'adapter-mismatch',
      (config: ModelConfig) => adapterFolder({ ...config, layers: config.layers + 1 }, small),
    ],
    ['adapter-mismatch', (config: ModelConfig) => adapterFolder(config, { ...small, size: Number.NaN })],
  ])('refuses an unusable adapter with %s, and still accepts others', async (code, make) => {
    const { config } = await openWeights(fixture('random-gpt2/plain'));
    const stack = createAdapterStack(config);
    await expect(stack.hold(await make(config))).rejects.toMatchObject({ code });
    await stack.hold(await adapterFolder(config, small));
    expect(stack.folders).toHaveLength(1);
  });

  async function withConfig(config: ModelConfig, change: object): Promise<string> {
    const folder = await adapterFolder(config, small);
    const path = join(folder, 'adapter_config.json');
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
    return folder;
  }
});

const ask = (model: string, seed: number, adapter?: string): GenerationRequest => ({
  model,
  ...(adapter !== undefined && { adapter }),
  prompt: { kind: 'text', text: 'Había una vez' },
  seed,
  settings: { ...NEUTRAL_DEFAULTS, maxTokens: 24 },
});
const engineOptions = { provider: 'cpu', threads: 1, slots: 8, precision: 'fp32' } as const;

describe('the engine', () => {
  it.each(['fp32', 'q8', 'q4'] as const)(
    'gives a row the same text whatever the rows beside it, with or without an adapter: %s',
    async (precision: Precision) => {
      const { config } = await openWeights(bundledModelPath);
      const [one, two] = [
        await adapterFolder(config, { ...small, size: 0.1 }),
        await adapterFolder(config, { ...large, size: 0.05 }),
      ];
      const log = { info() {}, warn() {} };
      const engine = await openLocalEngine(bundledModelPath, { ...engineOptions, precision, log });
      const generate = async (seed: number, adapter?: string) =>
        (await engine.generate(ask(bundledModelPath, seed, adapter))).text;
      // Alone on the graph without adapters; then two adapters at once, where the second changes more layers and so
      // requires another graph while rows are running; then alone with one adapter; then all of them together.
      const plain = [await generate(0), await generate(1)];
      const first = [generate(0, one), generate(1), generate(0, two)];
      const [withOne, none, withTwo] = await Promise.all(first);
      const alone = [await generate(0, one), await generate(0, two), await generate(1, two)];
      expect([withOne, none, withTwo]).toEqual([alone[0], plain[1], alone[1]]);
      expect(await Promise.all([generate(0), generate(0, two), generate(1), generate(0, one), generate(1, two), generate(2)])).toEqual(
      [plain[0], alone[1], plain[1], alone[0], alone[2], expect.any(String)]); // biome-ignore format: rows
      expect(new Set([...plain, ...alone]).size).toBe(5);
      await expect(generate(0, '/nowhere')).rejects.toMatchObject({ code: 'adapter-missing' });
      expect(await generate(0)).toBe(plain[0]);
      await engine.close();
    },
  );

  it('writes what the merged model writes, and does so again after its process was killed', async () => {
    const { config } = await openWeights(bundledModelPath);
    const given: Given = { ...large, rank: 8, size: 0.05 };
    const adapter = await adapterFolder(config, given);
    const merged = await mergedFolder(bundledModelPath, given);
    const engine = await startEngine({ ...engineOptions, log: pino({ level: 'silent' }) });
    await engine.load(bundledModelPath);
    await engine.load(merged);
    const expected = (await engine.generate(ask(merged, 5))).text;
    expect((await engine.generate(ask(bundledModelPath, 5))).text).not.toBe(expected);
    let killed: number | undefined;
    const { text } = await engine.generate(ask(bundledModelPath, 5, adapter), {
      onText() {
        if (killed !== undefined) return;
        killed = engine.pid(bundledModelPath);
        process.kill(killed ?? 0, 'SIGKILL');
      },
    });
    expect(text).toBe(expected);
    expect(engine.pid(bundledModelPath)).not.toBe(killed);
    const tokens = [1, 2, 3, 4];
    const inspect = (model: string, more = {}) => engine.inspect({ model, tokens, from: 1, top: 2, ...more });
    const thoughts = await inspect(bundledModelPath, { adapter });
    for (const [i, { choices }] of (await inspect(merged)).entries())
      expect(thoughts[i]?.choices[0]?.p).toBeCloseTo(choices[0]?.p ?? 0, 4);
    await engine.close();
  });
});
