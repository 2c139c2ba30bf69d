import { dropoutInputs } from '../../graph/dropout-sites.ts';
import type { LoraShape } from '../../graph/trained-adapter.ts';
import { evaluationGraph, gradientName, type TrainingGraph, trainingGraph } from '../../graph/training.ts';
import { type InferenceSession, Tensor } from '../../lib/onnxruntime.ts';
import { createRandom } from '../../lib/random.ts';
import type { ModelConfig } from '../../models/config.ts';
import { type Batch, totalWeight } from '../data/batch.ts';
import { createTrainingMemory, type TrainingMemory, type Views } from './memory.ts';
import { type AdamWSettings, createAdamW } from './optimizer.ts';
import { batchFeeds, createSession, type Feeds, floatsOf, freeOutputs, tensorsOf } from './session.ts';

/** Bytes of gradients above which freeing them costs nothing compared with a step. */
const LARGE = 64e6;

export interface StepperOptions {
  config: ModelConfig;
  /** Weights that are fed but not trained: all of them with `lora`, none without. */
  frozen: Views;
  lora?: LoraShape;
  dropout: number;
  /** Divides the logits in the loss; default 1. */
  temperature?: number;
  /** For dropout. */
  seed: number;
  adamw: AdamWSettings;
  /** Steps may consist of several batches, whose gradients are added up. */
  accumulate: boolean;
  threads: number;
}

export interface StepOutcome {
  /** Weighted mean loss of the step's tokens, in nats, before the update. */
  loss: number;
  /** Global gradient norm before clipping. If it is not finite, nothing was changed. */
  norm: number;
}

/** Runs training steps and evaluations of one model. Its calls block the thread while onnxruntime computes. */
export interface Stepper {
  memory: TrainingMemory;
  /** One optimizer step over these batches. `step` counts from 1 and determines the dropout masks. */
  step(
    batches: readonly Batch[],
    at: { step: number; learningRate: number; clip: number },
  ): Promise<StepOutcome>;
  /** Loss and gradient of the batches, without an update; the gradient stays in the memory. */
  differentiate(batches: readonly Batch[], step: number): Promise<number>;
  /** Loss of every token [N], in nats, without dropout. */
  losses(batch: Batch): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function createStepper(options: StepperOptions): Promise<Stepper> {
  const { config, lora, dropout, temperature = 1, seed, threads, accumulate } = options;
  const loss = { temperature, ...(lora && { lora }) };
  const graph = trainingGraph(config, { ...loss, dropout });
  const memory = createTrainingMemory(graph.trainable, { accumulate });
  const optimizer = await createAdamW(memory, options.adamw, { accumulated: accumulate });
  const session = await createSession(graph.model, threads);
  let evaluation: InferenceSession | undefined;

  const parameters: Feeds = {
    ...tensorsOf(options.frozen, graph.frozen),
    ...tensorsOf(memory.views('parameters'), graph.trainable),
  };
  const gradients = memory.views('gradients');
  const outputs: Record<string, Tensor | null> = { loss: null };
  for (const [name, tensor] of Object.entries(tensorsOf(gradients, graph.trainable)))
    if (graph.dense.has(name)) outputs[gradientName(name)] = tensor;
  for (const { output } of graph.rows) outputs[output] = null;
  const rowsOnly = [...gradients].filter(([name]) => !graph.dense.has(name)).map(([, array]) => array);

  async function backward(
    batch: Batch,
    divisor: number,
    at: { step: number; part: number },
  ): Promise<number> {
    const feeds = { ...batchFeeds(batch), ...parameters };
    feeds.weights = new Tensor(
      batch.weights.map((w) => w / divisor),
      [batch.weights.length],
    );
    if (dropout > 0) Object.assign(feeds, dropoutFeeds(config, batch, [seed, at.step, at.part]));
    if (memory.whole('gradients').byteLength > LARGE) freeOutputs();
    const results = await session.run(feeds, outputs);
    for (const array of rowsOnly) array.fill(0);
    for (const row of graph.rows) addRows(row, results, batch, gradients);
    return floatsOf(results.loss)[0] ?? Number.NaN;
  }

  async function differentiate(batches: readonly Batch[], step: number): Promise<number> {
    const divisor = totalWeight(batches);
    let loss = 0;
    for (const [part, batch] of batches.entries()) {
      loss += await backward(batch, divisor, { step, part });
      if (accumulate) optimizer.accumulate();
    }
    return loss;
  }

  return {
    memory,
    differentiate,
    async step(batches, { step, learningRate, clip }) {
      if (!accumulate && batches.length !== 1) throw new Error('several batches need gradient accumulation');
      const loss = await differentiate(batches, step);
      return { loss, norm: optimizer.step({ step, learningRate, clip }) };
    },
    async losses(batch) {
      evaluation ??= await createSession(evaluationGraph(config, loss), threads);
      const { losses } = await evaluation.run({ ...batchFeeds(batch), ...parameters });
      return floatsOf(losses);
    },
    async release() {
      await session.release();
      await evaluation?.release();
    },
  };
}

/** Random keys from (seed, step, part): a resumed run draws the same masks without any saved state. */
function dropoutFeeds(config: ModelConfig, { rows, length }: Batch, seeds: readonly number[]): Feeds {
  const random = createRandom(...seeds);
  const lengths = { N: rows * length, T: length };
  return Object.fromEntries(
    dropoutInputs(config).map(({ name, shape, odd }) => {
      const dims = shape.map((dimension) => (typeof dimension === 'number' ? dimension : lengths[dimension]));
      const keys = new Int32Array(dims.reduce((product, dimension) => product * dimension, 1));
      for (let i = 0; i < keys.length; i++) keys[i] = odd ? random.int32() | 1 : random.int32();
      return [name, new Tensor('int32', keys, dims)];
    }),
  );
}

/** Scatters the rows of an embedding's gradient into place, adding. */
function addRows(
  { output, table, indices }: TrainingGraph['rows'][number],
  results: InferenceSession.ReturnType,
  batch: Batch,
  gradients: Views,
): void {
  const gradient = gradients.get(table);
  const rows = floatsOf(results[output]);
  const places = batch[indices];
  if (!gradient) throw new Error(`no gradient for ${table}`);
  const width = rows.length / places.length;
  for (let i = 0; i < places.length; i++) {
    const to = Number(places[i]) * width;
    const from = i * width;
    for (let d = 0; d < width; d++) gradient[to + d] = (gradient[to + d] ?? 0) + (rows[from + d] ?? 0);
  }
}
