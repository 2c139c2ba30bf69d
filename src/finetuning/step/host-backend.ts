import { evaluationGraph, gradientName, type TrainingGraph, trainingGraph } from '../../graph/training.ts';
import type { InferenceSession, Tensor } from '../../lib/onnxruntime.ts';
import type { Batch } from '../data/batch.ts';
import type { Backend, BackendOptions, StepOutcome } from './backend.ts';
import { createTrainingMemory, type Views } from './memory.ts';
import { createAdamW } from './optimizer.ts';
import { createSession, type Feeds, floatsOf, freeOutputs, tensorsOf } from './session.ts';

/** Bytes of gradients above which freeing them costs nothing compared with a step. */
const LARGE = 64e6;

/** Trains on the CPU, on tensors in one WebAssembly memory. Its calls block the thread while onnxruntime computes. */
export async function createHostBackend(options: BackendOptions): Promise<Backend> {
  const { config, lora, dropout, temperature = 1, threads, accumulate } = options;
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
  let sum = 0;
  const taken: StepOutcome[] = [];

  return {
    memory,
    together: 1,
    async backward(inputs, batch, part) {
      if (accumulate && part === 0) memory.whole('sums').fill(0); // of a step that was not finished
      if (memory.whole('gradients').byteLength > LARGE) freeOutputs();
      const results = await session.run({ ...inputs, ...parameters }, outputs);
      for (const array of rowsOnly) array.fill(0);
      for (const row of graph.rows) addRows(row, results, batch, gradients);
      sum = (part > 0 ? sum : 0) + (floatsOf(results.loss)[0] ?? Number.NaN);
      if (accumulate) optimizer.accumulate();
    },
    loss: async () => sum,
    async update(at) {
      taken.push({ loss: sum, norm: optimizer.step(at) });
    },
    outcomes: async () => taken.splice(0),
    async losses(inputs) {
      evaluation ??= await createSession(evaluationGraph(config, loss), threads);
      const { losses } = await evaluation.run({ ...inputs, ...parameters });
      return floatsOf(losses);
    },
    async upload() {}, // it computes in the memory itself
    async download() {},
    async release() {
      await session.release();
      await evaluation?.release();
    },
  };
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
