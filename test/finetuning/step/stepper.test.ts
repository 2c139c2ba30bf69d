import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, type Sample, toBatch } from '../../../src/finetuning/data/batch.ts';
import { mergeAdapters } from '../../../src/finetuning/result/adapter.ts';
import { ADAMW_DEFAULTS } from '../../../src/finetuning/step/optimizer.ts';
import { createStepper, type Stepper, type StepperOptions } from '../../../src/finetuning/step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../../../src/finetuning/step/weights.ts';
import { type ModelFolder, openModelFolder } from '../../../src/models/folder.ts';
import { relativeError } from '../../graph/run-graph.ts';
import { writeTinyModel } from '../tiny-model.ts';

let folder: string;
let model: ModelFolder;
const steppers: Stepper[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  model = await openModelFolder(await writeTinyModel(join(folder, 'tiny')));
});
afterAll(async () => {
  for (const stepper of steppers) await stepper.release();
  await rm(folder, { recursive: true });
});

async function stepperOf(options: Partial<StepperOptions> = {}): Promise<Stepper> {
  const stepper = await createStepper({
    config: model.config,
    frozen: new Map(),
    dropout: 0,
    seed: 1,
    adamw: ADAMW_DEFAULTS,
    accumulate: false,
    threads: 1,
    ...options,
  });
  if (!options.lora) await loadWeights(model, stepper.memory.views('parameters'));
  steppers.push(stepper);
  return stepper;
}

const text = (length: number, start: number, weight = 1): Sample => ({
  tokens: Array.from({ length }, (_, i) => (start + 7 * i * i) % 250),
  from: 1,
  weight,
});
const A = text(12, 3);
const B = text(7, 90);
const C = text(20, 41);

/** Loss and gradient of a step over these batches. */
async function gradientOf(stepper: Stepper, batches: Row[][]): Promise<[number, Float32Array]> {
  const loss = await stepper.differentiate(
    batches.map((rows) => toBatch(rows)),
    1,
  );
  return [loss, stepper.memory.whole('gradients').slice()];
}

describe('packing', () => {
  it('gives the same loss and gradients as padding', async () => {
    const stepper = await stepperOf();
    const [padded, paddedGradient] = await gradientOf(stepper, [[[A], [B], [C]]]);
    for (const packing of [[[A, B, C]], [[C, A], [B]], [[B], [A, C]]]) {
      const [packed, gradient] = await gradientOf(stepper, [packing]);
      expect(Math.abs(packed / padded - 1)).toBeLessThan(1e-6);
      expect(relativeError(gradient, paddedGradient)).toBeLessThan(2e-6);
    }
  });

  it('would be noticed if texts saw each other', async () => {
    const stepper = await stepperOf();
    const [apart] = await gradientOf(stepper, [[[A, B]]]);
    const joined = { tokens: [...Array.from(A.tokens), ...Array.from(B.tokens)], from: 1, weight: 1 };
    const [together] = await gradientOf(stepper, [[[joined]]]);
    expect(Math.abs(together / apart - 1)).toBeGreaterThan(1e-3);
  });
});

describe('a temperature', () => {
  it('divides the logits, as if the last normalization were scaled down', async () => {
    const temperature = 0.8;
    const tempered = await stepperOf({ temperature });
    const scaled = await stepperOf();
    for (const name of ['ln_f.weight', 'ln_f.bias']) {
      const parameter = scaled.memory.views('parameters').get(name);
      parameter?.forEach((value, i) => {
        parameter[i] = value / temperature;
      });
    }
    const [loss] = await gradientOf(tempered, [[[A, B, C]]]);
    const [expected] = await gradientOf(scaled, [[[A, B, C]]]);
    const [plain] = await gradientOf(await stepperOf(), [[[A, B, C]]]);
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-6);
    expect(Math.abs(loss / plain - 1)).toBeGreaterThan(1e-4);
    for (const [name, gradient] of tempered.memory.views('gradients')) {
      const other = scaled.memory.views('gradients').get(name) ?? new Float32Array();
      const factor = name.startsWith('ln_f') ? temperature : 1; // its gradient is with respect to the scaled parameter
      expect(
        relativeError(
          gradient.map((g) => g * factor),
          other,
        ),
      ).toBeLessThan(1e-5);
    }
    const batch = toBatch([[A]]);
    const [one, two] = [await tempered.losses(batch), await scaled.losses(batch)];
    expect(relativeError(one.subarray(0, 11), two.subarray(0, 11))).toBeLessThan(1e-6);
  });
});

describe('a step', () => {
  it('weights each joke’s tokens', async () => {
    const stepper = await stepperOf();
    const [alone] = await gradientOf(stepper, [[[A]]]);
    const [other] = await gradientOf(stepper, [[[C]]]);
    const [both] = await gradientOf(stepper, [[[{ ...A, weight: 3 }, C]]]);
    const [a, c] = [3 * (A.tokens.length - 1), C.tokens.length - 1];
    expect(both).toBeCloseTo((alone * a + other * c) / (a + c), 5);
  });

  it('is the same in one part or in several', async () => {
    const whole = await stepperOf();
    const parts = await stepperOf({ accumulate: true });
    const at = { step: 1, learningRate: 1e-2, clip: 1 };
    const one = await whole.step([toBatch([[A], [B], [C]])], at);
    const several = await parts.step([toBatch([[A]]), toBatch([[B], [C]])], at);
    expect(several.loss).toBeCloseTo(one.loss, 5);
    expect(several.norm).toBeCloseTo(one.norm, 4);
    expect(relativeError(parts.memory.whole('first'), whole.memory.whole('first'))).toBeLessThan(1e-5);
  });

  it('learns', async () => {
    const stepper = await stepperOf({ dropout: 0.1 });
    const batch = toBatch([[A, B], [C]]);
    const losses: number[] = [];
    for (let step = 1; step <= 40; step++)
      losses.push((await stepper.step([batch], { step, learningRate: 1e-2, clip: 1 })).loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  });

  it('draws its dropout masks from seed and step alone', async () => {
    const lossAt = async (stepper: Stepper, step: number) =>
      stepper.differentiate([toBatch([[A, B], [C]])], step);
    const [first, second, other] = [
      await stepperOf({ dropout: 0.3 }),
      await stepperOf({ dropout: 0.3 }),
      await stepperOf({ dropout: 0.3, seed: 2 }),
    ];
    await lossAt(second, 4); // earlier steps do not matter
    const loss = await lossAt(first, 5);
    expect(await lossAt(second, 5)).toBe(loss);
    expect(await lossAt(first, 6)).not.toBe(loss);
    expect(await lossAt(other, 5)).not.toBe(loss);
  });

  it('has the gradient of its own dropout masks', async () => {
    const stepper = await stepperOf({ dropout: 0.2 });
    const batch = [toBatch([[A, C]])];
    await stepper.differentiate(batch, 3);
    const gradient = stepper.memory.whole('gradients').slice();
    const parameters = stepper.memory.whole('parameters');
    const start = parameters.slice();
    const norm = Math.hypot(...gradient);
    const along = async (distance: number) => {
      parameters.set(start.map((value, i) => value + (distance * (gradient[i] ?? 0)) / norm));
      return stepper.differentiate(batch, 3);
    };
    const slope = ((await along(0.02)) - (await along(-0.02))) / 0.04;
    expect(Math.abs(slope / norm - 1)).toBeLessThan(0.01);
  });
});

describe('LoRA', () => {
  const lora = { rank: 4, alpha: 8, targets: ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'] };

  async function adapted() {
    const frozen = emptyWeights(model.config);
    await loadWeights(model, frozen);
    const stepper = await stepperOf({ frozen, lora });
    initializeAdapters(stepper.memory.views('parameters'), stepper.memory.shapes, 1);
    return { stepper, frozen };
  }

  it('starts as the model it adapts, and leaves its weights alone', async () => {
    const { stepper, frozen } = await adapted();
    const full = await stepperOf();
    const batch = toBatch([[A, B], [C]]);
    expect(await stepper.differentiate([batch], 1)).toBeCloseTo(await full.differentiate([batch], 1), 5);
    const before = [...frozen.values()].map((array) => array.slice());
    await stepper.step([batch], { step: 1, learningRate: 0.1, clip: 1 });
    expect([...frozen.values()]).toEqual(before);
  });

  it('has the gradient alpha/rank · Aᵀ·∂W for B', async () => {
    const { stepper } = await adapted();
    const full = await stepperOf();
    const batch = toBatch([[A, B], [C]]);
    await stepper.differentiate([batch], 1);
    await full.differentiate([batch], 1);
    for (const layer of ['h.0.attn.c_attn', 'h.1.mlp.c_proj']) {
      const a = stepper.memory.views('parameters').get(`${layer}.lora_A`) ?? [];
      const weight = full.memory.views('gradients').get(`${layer}.weight`) ?? [];
      const b = stepper.memory.views('gradients').get(`${layer}.lora_B`) ?? [];
      const outputs = b.length / lora.rank;
      const expected = Array.from(b, (_, at) => {
        const [r, o] = [Math.floor(at / outputs), at % outputs];
        let sum = 0;
        for (let i = 0; i < a.length / lora.rank; i++)
          sum += (a[i * lora.rank + r] ?? 0) * (weight[i * outputs + o] ?? 0);
        return (sum * lora.alpha) / lora.rank;
      });
      expect(relativeError(b, expected)).toBeLessThan(1e-5);
    }
  });

  it('computes the same merged as with the adapter', async () => {
    const { stepper, frozen } = await adapted();
    const batch = toBatch([[A, B], [C]]);
    for (let step = 1; step <= 5; step++) await stepper.step([batch], { step, learningRate: 0.02, clip: 1 });
    const adaptedLosses = await stepper.losses(batch);
    const before = await (await stepperOf()).losses(batch);
    mergeAdapters(frozen, stepper.memory.views('parameters'), lora, { inputsFirst: true });
    const merged = await stepperOf();
    for (const [name, view] of merged.memory.views('parameters')) view.set(frozen.get(name) ?? []);
    expect(relativeError(await merged.losses(batch), adaptedLosses)).toBeLessThan(1e-5);
    expect(relativeError(before, adaptedLosses)).toBeGreaterThan(1e-3);
  });
});
