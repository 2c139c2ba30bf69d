import { createDeviceMemory, type DeviceMemory } from '../../engine/device-memory.ts';
import { zeroTensors } from '../../graph/cache-moves.ts';
import { copyOfNumbers, deviceAdamW, deviceSums, REPORTED_STEPS } from '../../graph/device-optimizer.ts';
import { distinctName, evaluationGraph, gradientName, trainingGraph } from '../../graph/training.ts';
import { elementCount } from '../../graph/value.ts';
import { type InferenceSession, Tensor } from '../../lib/onnxruntime.ts';
import { type Backend, type BackendOptions, KEPT } from './backend.ts';
import { createTrainingMemory } from './memory.ts';
import { decays } from './optimizer.ts';
import { type Feeds, floatsOf } from './session.ts';

/**
 * Trains on a GPU, through WebGPU: parameters, moments and gradients stay in its memory, a step carries in token ids and
 * a few keys and settings, and the outcomes of several steps come out at once. Throws if there is no GPU.
 */
export async function createDeviceBackend(options: BackendOptions): Promise<Backend> {
  const { config, lora, dropout, temperature = 1, tokens, adamw, accumulate } = options;
  const loss = { temperature, device: true, ...(lora && { lora }) };
  const graph = trainingGraph(config, { ...loss, dropout, ...(tokens && { tokens: tokens.training }) });
  const memory = createTrainingMemory(graph.trainable, { gradients: false });
  const names = [...graph.trainable.keys()];
  const sized = [...graph.trainable].map(([name, shape]) => ({ name, size: elementCount(shape) }));
  const optimized = sized.map((tensor) => ({ ...tensor, decayed: decays(tensor.name) }));
  const summed = [{ name: 'loss', size: 1 }, ...sized]; // what parts of a step add up to

  const device = createDeviceMemory();
  const zeros = await device.session(zeroTensors(1, 'float32', 1), 'new');
  const copied = await device.session(copyOfNumbers(), 'new');
  const read = await device.session(copyOfNumbers(), 'given');
  const training = await device.session(graph.model, 'given');
  const optimizer = await device.session(deviceAdamW(optimized, adamw), 'given');
  const sums = accumulate && (await device.session(deviceSums(summed), 'given'));
  let evaluation: InferenceSession | undefined;

  const buffers = createBuffers(device);
  const make = async (key: string, shape: readonly number[]) => {
    const length = new Tensor('int64', BigInt64Array.of(BigInt(elementCount(shape))), [1]);
    buffers.set(key, await device.make(zeros, { shape: length }), shape);
  };
  for (const [name, shape] of graph.trainable) await make(`gradient:${name}`, shape);
  await make('loss', []);
  if (accumulate) for (const { name, size } of summed) await make(`sum:${name}`, [size]);
  await make('report', [REPORTED_STEPS, 2]);
  let reported = 0;

  async function put(key: string, numbers: Float32Array, shape: readonly number[]): Promise<void> {
    const tensor = new Tensor('float32', numbers, [numbers.length]);
    buffers.set(key, await device.make(copied, { numbers: tensor }), shape);
  }

  async function get(key: string): Promise<Float32Array> {
    const numbers = buffers.flat(key);
    const { copy } = await device.write(read, { numbers }, {}, ['copy']);
    return floatsOf(copy);
  }

  /** What a region holds, under the names that a graph gives to its tensors. */
  const named = (prefix: string, region: string): Feeds =>
    Object.fromEntries(names.map((name) => [`${prefix}${name}`, buffers.get(`${region}:${name}`)]));
  /** The same as vectors. */
  const flat = (prefix: string, region: string): Feeds =>
    Object.fromEntries(names.map((name) => [`${prefix}${name}`, buffers.flat(`${region}:${name}`)]));
  const weights = (): Feeds => ({
    ...Object.fromEntries([...graph.frozen.keys()].map((name) => [name, buffers.get(`frozen:${name}`)])),
    ...named('', 'parameters'),
  });
  /** Where a step's gradients and loss are, when its last part is done. */
  const total = accumulate ? 'sum' : 'gradient';
  const lossKey = accumulate ? 'sum:loss' : 'loss';

  return {
    memory,
    together: REPORTED_STEPS,
    async backward(inputs, batch, part) {
      const distinct = [...graph.distinct].map((indices) => {
        const numbers = BigInt64Array.from(new Set(batch[indices]));
        return [distinctName(indices), new Tensor('int64', numbers, [numbers.length])] as const;
      });
      await device.write(
        training,
        { ...inputs, ...Object.fromEntries(distinct), ...weights() },
        { loss: buffers.get('loss'), ...named(gradientName(''), 'gradient') },
      );
      if (!sums) return;
      const [whole, own] = [buffers.flat('sum:loss'), buffers.flat('loss')];
      await device.write(
        sums,
        {
          ...{ carry: scalar(part > 0 ? 1 : 0), 'sum:loss': whole, 'part:loss': own },
          ...{ ...flat('sum:', 'sum'), ...flat('part:', 'gradient') },
        },
        { 'next:loss': whole, ...flat('next:', 'sum') },
      );
    },
    loss: async () => (await get(lossKey))[0] ?? Number.NaN,
    async update({ step, learningRate, clip }) {
      const report = buffers.get('report');
      const regions = { parameter: 'parameters', first: 'first', second: 'second' };
      const all = (prefix: string) =>
        Object.assign(
          {},
          ...Object.entries(regions).map(([stem, region]) => flat(`${prefix}${stem}:`, region)),
        );
      await device.write(
        optimizer,
        {
          ...{ ...all(''), ...flat('gradient:', total), report },
          loss: device.view(buffers.flat(lossKey), []),
          clip: scalar(clip),
          rate: scalar(learningRate / (1 - adamw.beta1 ** step)),
          root: scalar(1 / Math.sqrt(1 - adamw.beta2 ** step)),
          keep: scalar(1 - learningRate * adamw.weightDecay),
          one: scalar(1),
          row: new Tensor('int64', BigInt64Array.of(BigInt(reported++ % REPORTED_STEPS)), [1, 1]),
        },
        { ...all('next:'), 'next:report': report },
      );
    },
    async outcomes() {
      const rows = await get('report');
      const count = reported;
      reported = 0;
      return Array.from({ length: count }, (_, i) => ({
        loss: rows[2 * i] ?? Number.NaN,
        norm: rows[2 * i + 1] ?? Number.NaN,
      }));
    },
    async losses(inputs) {
      const evaluating = { ...loss, ...(tokens && { tokens: tokens.losses }) };
      evaluation ??= await device.session(evaluationGraph(config, evaluating), 'given');
      const { losses } = await device.write(evaluation, { ...inputs, ...weights() }, {}, ['losses']);
      return floatsOf(losses);
    },
    async upload() {
      for (const region of KEPT)
        for (const [name, view] of memory.views(region))
          await put(`${region}:${name}`, view, graph.trainable.get(name) ?? []);
      for (const [name, view] of options.frozen)
        await put(`frozen:${name}`, view, graph.frozen.get(name) ?? []);
    },
    async download(regions) {
      for (const region of regions)
        for (const [name, view] of memory.views(region)) view.set(await get(`${region}:${name}`));
    },
    async release() {
      buffers.free();
      await device.release();
    },
  };
}

/** Buffers by name. A new one replaces and frees the one that had its name. */
function createBuffers(device: DeviceMemory) {
  const known = new Map<string, { buffer: Tensor; shaped: Tensor }>();
  const find = (key: string) => {
    const found = known.get(key);
    if (!found) throw new Error(`there is no buffer ${key} yet: upload comes first`);
    return found;
  };
  return {
    get: (key: string): Tensor => find(key).shaped,
    /** The same as a vector. */
    flat: (key: string): Tensor => find(key).buffer,
    set(key: string, [buffer]: readonly Tensor[], shape: readonly number[]) {
      if (!buffer) throw new Error('unreachable: one tensor was made');
      const former = known.get(key);
      known.set(key, { buffer, shaped: device.view(buffer, shape) });
      if (former) device.free(former.buffer);
    },
    free() {
      for (const { buffer } of known.values()) device.free(buffer);
      known.clear();
    },
  };
}

const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), []);
