import { LOGITS } from '../../graph/ops/index.ts';
import { loraShapes } from '../../graph/trained-adapter.ts';
import { ChispaError } from '../../lib/errors.ts';
import type { ModelConfig } from '../../models/config.ts';
import { expectedShapes } from '../../models/shapes.ts';
import type { TrainingProvider, TrainingSettings } from '../settings.ts';

/** The most tokens that a part of a step has, and a batch of validation. */
export function tokensOf(
  { positions }: Pick<ModelConfig, 'positions'>,
  { maxLength, batch, accumulate }: Pick<TrainingSettings, 'maxLength' | 'batch' | 'accumulate'>,
): { training: number; losses: number } {
  const longest = Math.min(maxLength, positions);
  return { training: Math.ceil(batch / accumulate) * longest, losses: batch * longest };
}

/** Where a run computes: on `webgpu`, only what the host itself holds counts, as nobody can say what a GPU has left. */
type Place = 'cpu' | 'webgpu';

/** With `auto`, the CPU may have to do it, too: it is measured. */
export const placeOf = (provider: TrainingProvider | undefined): Place =>
  provider === 'webgpu' ? 'webgpu' : 'cpu';

/** The memory that training needs, in bytes. */
export const memoryNeed = (config: ModelConfig, settings: TrainingSettings, place: Place = 'cpu'): number =>
  (place === 'cpu' ? needOfCpu : needBesideGpu)(config, settings);

/** Where a GPU trains, its memory holds the rest: here are the weights and both moments, as they are loaded and saved. */
function needBesideGpu(config: ModelConfig, settings: TrainingSettings): number {
  const parameters = count(expectedShapes(config));
  const lora = settings.mode === 'lora';
  const trainable = lora ? count(loraShapes(config, settings)) : parameters;
  return PROCESS + (3 * trainable + (lora ? parameters : 0)) * FLOAT;
}

/**
 * The activation factors are fitted to the peaks that `bench/train/memory.ts` measured for random models of 7 to 596
 * million parameters (docs/training.md); it is within 10 % of all of them.
 */
function needOfCpu(config: ModelConfig, settings: TrainingSettings): number {
  const { layers, width, heads, vocabSize } = config;
  const parameters = count(expectedShapes(config));
  const lora = settings.mode === 'lora';
  const trainable = lora ? count(loraShapes(config, settings)) : parameters;
  const longest = Math.min(settings.maxLength, config.positions);
  const length = settings.recipe === 'notebook' ? Math.min(longest, TYPICAL_JOKE * 4) : longest;
  const rows = Math.ceil(settings.batch / settings.accumulate);
  const tokens = rows * length;
  // Kept for each layer's backward pass: vectors of the model's width and attention matrices.
  const activations = tokens * layers * (15 * width + 3.2 * heads * length) * FLOAT;
  // The logits of one chunk with their softmax and its gradient, and the sum of the head's gradient over the chunks.
  const loss = (4.2 * Math.min(tokens * vocabSize, LOGITS) + (lora ? 0 : 1.4 * vocabSize * width)) * FLOAT;
  // Parameters, two moments, gradients (and their sums); the binding copies the gradients once more.
  const states = trainable * FLOAT * (settings.accumulate > 1 ? 6 : 5) + (lora ? parameters * FLOAT : 0);
  return PROCESS + states + activations + loss;
}

export interface MemoryOptions {
  /** In bytes; default: what is free. */
  available?: number;
  /** Default: the CPU. */
  place?: Place;
}

/** Whether a run fits into `available` bytes, if need be one row at a time. */
export const fitsMemory = (
  config: ModelConfig,
  settings: TrainingSettings,
  { available = process.availableMemory(), place }: MemoryOptions = {},
): boolean => memoryNeed(config, oneRowAtATime(settings), place) <= available;

const oneRowAtATime = (settings: TrainingSettings): TrainingSettings => ({
  ...settings,
  accumulate: Math.max(settings.batch, settings.accumulate),
});

/**
 * The settings with their steps split into as many parts (`accumulate`) as `available` bytes demand, which learns the same.
 *
 * @throws ChispaError `out-of-memory` if the run would not fit even one row at a time.
 */
export function fitToMemory(
  config: ModelConfig,
  settings: TrainingSettings,
  { available = process.availableMemory(), place }: MemoryOptions = {},
): TrainingSettings {
  const { batch, accumulate } = settings;
  const splits = Array.from({ length: batch }, (_, i) => i + 1).filter((parts) => parts > accumulate);
  const fitting = [accumulate, ...splits]
    .map((accumulate) => ({ ...settings, accumulate }))
    .find((split) => memoryNeed(config, split, place) <= available);
  if (fitting) return fitting;
  const need = (mode: TrainingSettings['mode']) =>
    memoryNeed(config, oneRowAtATime({ ...settings, mode }), place);
  const lora = settings.mode === 'full' ? `: --mode lora needs ${gigabytes(need('lora'))}` : '';
  throw new ChispaError(
    'out-of-memory',
    `This run needs about ${gigabytes(need(settings.mode))} of memory, one row at a time, and ${gigabytes(available)} are free${lora || '. Use a smaller --max-length'}.`,
  );
}

const FLOAT = 4;
const PROCESS = 170e6;
/** Median tokens in a joke (CHISTES with DeepESP's tokenizer): the notebook's packed rows are far below 512. */
const TYPICAL_JOKE = 46;

const count = (shapes: ReadonlyMap<string, readonly number[]>): number =>
  [...shapes.values()].reduce(
    (sum, shape) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
