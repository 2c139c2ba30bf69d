import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Row, toBatch } from '../../../src/finetuning/data/batch.ts';
import { KEPT } from '../../../src/finetuning/step/backend.ts';
import { ADAMW_DEFAULTS } from '../../../src/finetuning/step/optimizer.ts';
import {
  createStepper,
  type Step,
  type Stepper,
  type StepperOptions,
} from '../../../src/finetuning/step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../../../src/finetuning/step/weights.ts';
import { tokensAtOnce } from '../../../src/graph/ops/index.ts';
import { bundledModelPath } from '../../../src/models/registry.ts';
import { fixture, openWeights } from '../../engine/open-model.ts';
import { hasSwiftShader } from '../../engine/swiftshader.ts';
import { writeTinyModel } from '../tiny-model.ts';

vi.setConfig({ testTimeout: 240_000 }); // compiling shaders for a CPU is slow on a busy machine

let folder: string;
let tiny: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  tiny = await writeTinyModel(join(folder, 'tiny'), { n_layer: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

type Options = Pick<StepperOptions, 'provider'> & Partial<StepperOptions>;

async function open(path: string, options: Options): Promise<Stepper> {
  const model = await openWeights(path);
  const frozen = options.lora ? emptyWeights(model.config) : new Map();
  const stepper = await createStepper({
    ...{ config: model.config, frozen, dropout: 0.1, seed: 1, adamw: ADAMW_DEFAULTS },
    ...{ accumulate: false, threads: 1, ...options },
  });
  const parameters = stepper.memory.views('parameters');
  await loadWeights(model, options.lora ? frozen : parameters);
  if (options.lora) initializeAdapters(parameters, stepper.memory.shapes, 1);
  await stepper.upload();
  return stepper;
}

const text = (length: number, start: number): Row[number] => ({
  tokens: Array.from({ length }, (_, i) => (start + 7 * i * i) % 75),
  from: 1,
  weight: 1,
});

/** Steps over two rows, one of them of two texts, in `parts`. */
const stepsFrom = (first: number, last: number, parts = 1): Step[] =>
  Array.from({ length: last - first + 1 }, (_, i) => {
    const step = first + i;
    const batches = Array.from({ length: parts }, (_, part) =>
      toBatch([[text(7, step), text(6, 3 * part)], [text(10, 50 + step)]]),
    );
    return { step, batches, learningRate: 5e-3, clip: 1 };
  });

const state = (stepper: Stepper) =>
  KEPT.flatMap((region) => [...stepper.memory.views(region).values()].flatMap((view) => Array.from(view)));

async function compare(path: string, options: Partial<StepperOptions>, steps: readonly Step[]) {
  const device = await open(path, { ...options, provider: 'webgpu' });
  const cpu = await open(path, { ...options, provider: 'cpu' });
  const [own, expected] = [await device.steps(steps), await cpu.steps(steps)];
  const furthest = (of: 'loss' | 'norm') =>
    Math.max(...expected.map((outcome, i) => Math.abs((own[i]?.[of] ?? Number.NaN) - outcome[of])));
  expect(own).toHaveLength(steps.length);
  expect(furthest('loss')).toBeLessThan(1e-4);
  expect(furthest('norm')).toBeLessThan(1e-3);
  expect(expected.at(-1)?.loss).not.toBeCloseTo(expected[0]?.loss ?? 0, 2); // or nothing would have been shown
  const batch = toBatch([[text(9, 5)]]);
  const [losses, expectedLosses] = [await device.losses(batch), await cpu.losses(batch)];
  losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(expectedLosses[i] ?? Number.NaN, 3);
  });
  await device.release();
  await cpu.release();
}

describe.skipIf(!hasSwiftShader)('training on a GPU', () => {
  it('has the losses of the CPU over 50 steps', () => compare(tiny, {}, stepsFrom(1, 50)));

  it('has them with an adapter of the bundled model, in parts', () => {
    const lora = { rank: 4, alpha: 8, targets: ['attn.c_attn', 'mlp.c_proj'] };
    return compare(bundledModelPath, { lora, accumulate: true }, stepsFrom(1, 3, 2));
  });

  it('has them with Llama’s family, a part of the logits at a time', async () => {
    const model = fixture('random-llama/qwen3');
    const tokens = 3 * tokensAtOnce((await openWeights(model)).config.vocabSize);
    return compare(model, { dropout: 0, tokens: { training: tokens, losses: tokens } }, stepsFrom(1, 4));
  });

  it('goes on from what was downloaded as if nothing had happened, bit for bit', async () => {
    const whole = await open(tiny, { provider: 'webgpu' });
    await whole.steps(stepsFrom(1, 3));
    await whole.download(KEPT);
    const halfway = state(whole);
    await whole.steps(stepsFrom(4, 6));
    await whole.download(KEPT);
    const resumed = await open(tiny, { provider: 'webgpu' });
    let at = 0;
    for (const region of KEPT)
      for (const view of resumed.memory.views(region).values()) {
        view.set(halfway.slice(at, at + view.length));
        at += view.length;
      }
    await resumed.upload();
    await resumed.steps(stepsFrom(4, 6));
    await resumed.download(KEPT);
    expect(state(whole)).not.toEqual(halfway);
    expect(state(resumed)).toEqual(state(whole));
    await whole.release();
    await resumed.release();
  });
});
