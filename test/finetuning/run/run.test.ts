import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src/finetuning/run/events.ts';
import { performRun } from '../../../src/finetuning/run/perform.ts';
import { prepareRun, type RunRequest } from '../../../src/finetuning/run/prepare.ts';
import { latestRun, runPath } from '../../../src/finetuning/run/run-folder.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../../../src/finetuning/settings.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { openSafetensors, readTensor } from '../../../src/models/safetensors.ts';
import { someJokes, writeTinyModel } from '../tiny-model.ts';

let folder: string;
let base: string;
let modelsDir: string;
let count = 0;
const jokes = someJokes(60);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  base = await writeTinyModel(join(folder, 'tiny'));
});
beforeEach(() => {
  modelsDir = join(folder, `models${count++}`);
});
afterAll(() => rm(folder, { recursive: true }));

const settings = (changes: Partial<TrainingSettings> = {}): TrainingSettings => ({
  ...RECIPE_DEFAULTS.chispa,
  epochs: 2,
  learningRate: 5e-3,
  ...changes,
});

const prepare = (changes: Partial<RunRequest> = {}) =>
  prepareRun({
    base,
    modelsDir,
    name: 'nuevo',
    jokes,
    corpus: 'test',
    settings: settings(),
    threads: 1,
    ...changes,
  });

async function perform(run: string, stopAfter = Number.POSITIVE_INFINITY) {
  const events: TrainingEvent[] = [];
  const outcome = await performRun(run, {
    emit: (event) => events.push(event),
    interrupted: () => events.filter(({ event }) => event === 'step').length >= stopAfter,
  });
  return { events, outcome };
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a run', () => {
  it('writes a model that can be opened, with its metrics, chart, settings and the corpus’ hash', async () => {
    const run = await prepare();
    const { events, outcome } = await perform(run);
    expect(outcome).toBe('done');
    const output = join(modelsDir, 'nuevo');
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', model: output, stopped: 'finished' });
    const model = await openModelFolder(output);
    expect(model.manifest.prompt.theme).toBe('{eot}Tema: {theme}\n');
    expect(model.manifest.source).toBe('tiny');
    const metrics = JSON.parse(await readFile(join(output, 'metrics.json'), 'utf8'));
    expect(metrics.epochs).toHaveLength(2);
    const targets = ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj']; // what all-linear is in a GPT-2
    expect(metrics.settings).toEqual({ ...settings(), targets });
    expect(metrics.corpusSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(metrics.epochs[1].validationLoss).toBeLessThan(metrics.initialLoss);
    const png = await readFile(join(output, 'loss.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(await exists(run)).toBe(false);
  });

  it('keeps the weights of its best epoch, not of its last', async () => {
    const run = await prepare({
      settings: settings({ epochs: 40, learningRate: 0.05, dropout: 0, patience: 3 }),
    });
    const { events } = await perform(run);
    const done = events.at(-1);
    if (done?.event !== 'done') throw new Error('not done');
    expect(done.stopped).toBe('early');
    expect(done.epochs).toHaveLength(done.best + 3);
    const losses = done.epochs.map(({ validationLoss }) => validationLoss);
    expect(Math.min(...losses)).toBe(losses[done.best - 1]);
    // A new run from the result starts at the best epoch's loss.
    const again = await perform(await prepare({ base: done.model, name: 'otro' }));
    const start = again.events[0];
    expect(start?.event === 'start' && start.validationLoss).toBeCloseTo(losses[done.best - 1] ?? 0, 5);
  });

  it('ends in the same weights, bit for bit, when it is stopped and resumed', async () => {
    const bytesOf = async (name: string) => readFile(join(modelsDir, name, 'model.safetensors'));
    await perform(await prepare({ name: 'entero' }));
    const run = await prepare({ name: 'partes' });
    const first = await perform(run, 3);
    expect(first.outcome).toBe('interrupted');
    expect(await latestRun(modelsDir)).toBe(runPath(modelsDir, 'partes'));
    const second = await perform(run, 2);
    expect(second.outcome).toBe('interrupted');
    expect(second.events[0]).toMatchObject({ event: 'start', resumedAt: 3 });
    expect((await perform(run)).outcome).toBe('done');
    expect(Buffer.compare(await bytesOf('partes'), await bytesOf('entero'))).toBe(0);
  });

  it('stops when the loss explodes, reports the step, and keeps its checkpoint', async () => {
    const run = await prepare({
      settings: settings({ epochs: 50, learningRate: 1, clip: 1e9, checkpoint: 1, warmup: 0 }),
    });
    const failure = await perform(run).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'training-diverged' });
    expect(String(failure)).toMatch(/at step \d+\. The last checkpoint is kept/);
    const kept = await openSafetensors(join(run, 'checkpoint.safetensors'));
    expect((await readTensor(kept, 'parameters:wte.weight')).every(Number.isFinite)).toBe(true);
    expect(await exists(join(modelsDir, 'nuevo'))).toBe(false);
  });

  it('stops when the loss is not a number', async () => {
    const overflowing = await writeTinyModel(join(folder, 'overflowing'), {}, 1e38);
    await expect(perform(await prepare({ base: overflowing }))).rejects.toThrow(
      /The loss is no longer a number at step 1\./,
    );
  });

  it('trains an adapter, saved both separately and merged', async () => {
    const run = await prepare({ settings: settings({ mode: 'lora', rank: 2, targets: ['attn.c_attn'] }) });
    const { events } = await perform(run);
    const output = join(modelsDir, 'nuevo');
    expect(events[0]).toMatchObject({ mode: 'lora', trainable: 2 * (16 * 2 + 2 * 48) });
    const adapter = await openSafetensors(join(output, 'adapter', 'adapter_model.safetensors'));
    const name = 'base_model.model.transformer.h.0.attn.c_attn.lora_B.weight';
    expect(adapter.tensors.get(name)?.shape).toEqual([48, 2]);
    const [before, after] = await Promise.all(
      [base, output].map(async (path) => (await openModelFolder(path)).weights),
    );
    if (!before || !after) throw new Error('two models');
    const changed = async (weight: string) =>
      Buffer.compare(
        Buffer.from((await readTensor(before, weight)).buffer),
        Buffer.from((await readTensor(after, weight)).buffer),
      ) !== 0;
    expect(await changed('transformer.h.0.attn.c_attn.weight')).toBe(true);
    expect(await changed('transformer.h.0.mlp.c_fc.weight')).toBe(false);
    expect(await changed('transformer.wte.weight')).toBe(false);
  });

  it('ends when its time is up, with the model it has', async () => {
    const run = await prepare({ settings: settings({ epochs: 10_000, patience: 0 }), minutes: 1 / 600 });
    const { events } = await perform(run);
    expect(events.at(-1)).toMatchObject({ event: 'done', stopped: 'time' });
  });
});

describe('a request', () => {
  it('is refused when the name is taken, by a model or by an unfinished run', async () => {
    const run = await prepare();
    await expect(prepare()).rejects.toMatchObject({ code: 'run-exists' });
    await perform(run);
    await expect(prepare()).rejects.toMatchObject({ code: 'model-exists' });
  });

  it('is refused for a corpus that is too small, and leaves nothing behind', async () => {
    await expect(prepare({ jokes: jokes.slice(0, 5) })).rejects.toMatchObject({ code: 'corpus-too-small' });
    const told = jokes.map((joke, i) => ({ ...joke, text: `Van dos peces por el mar y se muere el ${i}` }));
    await expect(prepare({ jokes: told })).rejects.toMatchObject({ code: 'corpus-too-small' });
    expect(await exists(modelsDir)).toBe(false);
  });

  it('is refused for a model with a wrong tokenizer', async () => {
    const wrong = await writeTinyModel(join(folder, 'wrong'), { vocab_size: 100, eos_token_id: 0 });
    await expect(prepare({ base: wrong })).rejects.toMatchObject({ code: 'model-mismatch' });
  });

  it('is not resumed if its base or its corpus has changed', async () => {
    const own = await writeTinyModel(join(folder, 'own'));
    const run = await prepare({ base: own });
    await writeTinyModel(own, { n_layer: 1 });
    await expect(perform(run)).rejects.toThrow(/is not the one that this run started from/);
  });
});
