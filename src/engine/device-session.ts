import { zeroTensors } from '../graph/cache-moves.ts';
import { deviceMatrix } from '../graph/stacked-lora.ts';
import type { Dtype } from '../graph/value.ts';
import { type InferenceSession, Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import {
  type DecoderOptions,
  type DecoderSession,
  float32,
  oneAtATime,
  type RowAdapter,
} from './decoder-session.ts';
import { createDeviceCaches, type DeviceCache } from './device-cache.ts';
import { createDeviceChooser } from './device-chooser.ts';
import { createDeviceMemory, type DeviceMemory } from './device-memory.ts';
import { createFeeds } from './feeds.ts';

/**
 * Tokens of a prompt that one run reads. From 32 on, onnxruntime 1.30's GroupQueryAttention takes another path, which
 * gives wrong numbers on some devices (SwiftShader).
 */
const READ = 16;

interface RunOptions {
  wanted: readonly number[];
  /** One per row. */
  adapters: readonly RowAdapter[];
  into?: Tensor;
  outputs?: readonly string[];
}

export interface DeviceSession extends DecoderSession<DeviceCache> {
  readonly memory: Pick<DeviceMemory, 'buffers'>;
}

/**
 * Runs a session of `deviceDecodeGraph`, with the cache and the logits on the device. A step carries in token ids,
 * positions, settings and random numbers, and out the chosen tokens.
 */
export async function createDeviceSession(
  session: InferenceSession,
  config: ModelConfig,
  { dtype, adapters }: { dtype: Dtype } & Pick<DecoderOptions, 'adapters'>,
): Promise<DeviceSession> {
  const memory = createDeviceMemory();
  const newCache = await createDeviceCaches(config, dtype, memory);
  const newLogits = await memory.session(zeroTensors(1, 'float32', 2), 'new');
  const chooser = createDeviceChooser(config, memory);
  const matrices = adapters && (await createResidents(memory, dtype));
  const feeds = createFeeds();
  const alone = oneAtATime();
  let logits: { rows: number; buffer: Tensor; views: Map<number, Tensor> } | undefined;

  /** A place [rows, V] for the logits of a run. */
  async function logitsFor(rows: number): Promise<Tensor> {
    if (!logits || logits.rows < rows) {
      if (logits) memory.free(logits.buffer);
      const shape = new Tensor('int64', BigInt64Array.from([rows, config.vocabSize], BigInt), [2]);
      const [buffer] = await memory.make(newLogits, { shape });
      if (!buffer) throw new Error('unreachable: one tensor was asked for');
      logits = { rows, buffer, views: new Map() };
    }
    const { buffer, views } = logits;
    const view = views.get(rows) ?? memory.view(buffer, [rows, config.vocabSize]);
    views.set(rows, view);
    return view;
  }

  /**
   * Reads `count` ids of every row, and leaves the logits of the tokens `wanted` in `into`. Returns the outputs that the
   * host wants.
   */
  async function run(
    cache: DeviceCache,
    ids: readonly number[],
    count: number,
    { wanted, adapters: ofRows, into, outputs = [] }: RunOptions,
  ): Promise<Record<string, Tensor>> {
    await cache.settle(count);
    const { lengths, rows } = cache;
    writeInts(feeds.int64('ids', ids.length), ids);
    writeInts(
      feeds.int64('positions', ids.length),
      ids.map((_, i) => (lengths[Math.floor(i / count)] ?? 0) + (i % count)),
    );
    writeInts(feeds.int64('grouping', 3), [rows, count, -1]);
    writeInts(feeds.int64('rows', wanted.length), wanted);
    feeds.int32('last', rows).set(lengths.map((length) => length + count - 1));
    feeds.int32('longest', 1)[0] = Math.max(...lengths) + count;
    const { past, present } = cache.tensors();
    const inputs = feeds.all(past);
    if (adapters && matrices) Object.assign(inputs, await matrices.place(adapters(ofRows, count)));
    const buffers = into ? { logits: into, ...present } : present;
    const results = await memory.write(session, inputs, buffers, outputs);
    cache.append(count);
    return results;
  }

  /** Parts of a prompt that one run may read. */
  function* partsOf(ids: readonly number[]): Generator<readonly number[]> {
    for (let start = 0; start < ids.length; start += READ) yield ids.slice(start, start + READ);
  }

  return {
    memory,
    newCache,

    read: (cache, ids, adapter) =>
      alone(async () => {
        for (const part of partsOf(ids))
          await run(cache, part, part.length, { wanted: [0], adapters: [adapter], into: await logitsFor(1) });
      }),

    states: (cache, ids, adapter) =>
      alone(async () => {
        const states = new Float32Array(ids.length * config.width);
        let filled = 0;
        for (const part of partsOf(ids)) {
          const into = await logitsFor(1);
          const options = { wanted: [0], adapters: [adapter], into, outputs: ['hidden'] };
          const hidden = float32(await run(cache, part, part.length, options), 'hidden');
          states.set(hidden, filled);
          filled += hidden.length;
        }
        return states;
      }),

    step: (cache, rows) =>
      alone(async () => {
        const ids = rows.map(({ prompt, tokens }) => tokens.at(-1) ?? prompt.at(-1) ?? 0);
        const into = await logitsFor(rows.length);
        const outputs = rows.some(({ states }) => states) ? ['hidden'] : [];
        const adapters = rows.map(({ request }) => request.adapter);
        const results = await run(cache, ids, 1, { wanted: [...rows.keys()], adapters, into, outputs });
        if (outputs.length > 0) {
          const hidden = float32(results, 'hidden');
          rows.forEach(({ states }, i) => {
            states?.add(hidden.subarray(i * config.width, (i + 1) * config.width));
          });
        }
        return chooser.choose(into, rows);
      }),

    logits: (cache, ids, count, wanted, ofRows = []) =>
      alone(async () => {
        if (cache.rows > 1 && count > 1) throw new RangeError('several rows are read one token at a time');
        const logits = new Float32Array(wanted.length * config.vocabSize);
        const size = Math.max(READ, cache.rows);
        for (let start = 0; start < ids.length; start += size) {
          const part = ids.slice(start, start + size);
          const here = [...wanted.keys()].filter((i) => {
            const place = (wanted[i] ?? 0) - start;
            return place >= 0 && place < part.length;
          });
          const places = here.length > 0 ? here.map((i) => (wanted[i] ?? 0) - start) : [0];
          const options = { wanted: places, adapters: ofRows, outputs: ['logits'] };
          const values = float32(await run(cache, part, part.length / cache.rows, options), 'logits');
          here.forEach((i, row) => {
            const own = values.subarray(row * config.vocabSize, (row + 1) * config.vocabSize);
            logits.set(own, i * config.vocabSize);
          });
        }
        return logits;
      }),

    release: () =>
      alone(async () => {
        if (logits) memory.free(logits.buffer);
        logits = undefined;
        matrices?.free();
        await memory.release();
        await session.release();
      }),
  };
}

/** The matrices of adapters on the device: they change when other adapters are used, and are megabytes. */
async function createResidents(memory: DeviceMemory, dtype: Dtype) {
  const uploads = {
    A: await memory.session(deviceMatrix('A', dtype), 'new'),
    B: await memory.session(deviceMatrix('B', dtype), 'new'),
  };
  const known = new Map<string, { host: Tensor; buffer: Tensor; view: Tensor }>();
  return {
    /** The same inputs, with every matrix on the device. It is carried there if it is another tensor than before. */
    async place(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
      const placed: Record<string, Tensor> = { ...inputs };
      for (const [name, host] of Object.entries(inputs)) {
        if (host.type !== 'float32') continue;
        let found = known.get(name);
        if (found?.host !== host) {
          if (found) memory.free(found.buffer);
          const which = name.endsWith('A') ? 'A' : 'B';
          const [buffer] = await memory.make(uploads[which], { matrix: host });
          if (!buffer) throw new Error('unreachable: one tensor was made');
          const [slots = 0, width = 0, columns = 0] = host.dims;
          const view = memory.view(buffer, which === 'A' ? [width, slots * columns] : host.dims);
          found = { host, buffer, view };
          known.set(name, found);
        }
        placed[name] = found.view;
      }
      return placed;
    },
    free() {
      for (const { buffer } of known.values()) memory.free(buffer);
      known.clear();
    },
  };
}

function writeInts(target: BigInt64Array, values: readonly number[]): void {
  values.forEach((value, i) => {
    target[i] = BigInt(value);
  });
}
