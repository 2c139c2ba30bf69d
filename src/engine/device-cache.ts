import { type CacheTensors, largerCaches, movedRows, zeroTensors } from '../graph/cache-moves.ts';
import type { Dtype } from '../graph/value.ts';
import { Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { RowCache } from './kv-cache.ts';
import { capacityFor } from './scheduler.ts';

/** Keys and values of a run: the buffers as inputs of the graph, and the same ones as its outputs. */
interface LayerTensors {
  past: Record<string, Tensor>; // `past_key.i`, `past_value.i`
  present: Record<string, Tensor>; // `present_key.i`, `present_value.i`
}

/** A cache in a device's memory. What is asked of its rows is carried out there, at the next run. */
export interface DeviceCache extends RowCache {
  /** Carries out what has been asked, and makes room for `extra` more tokens in every row. */
  settle(extra: number): Promise<void>;
  /** The buffers of all rows; the same tensors until a row is added or removed, or the cache grows. */
  tensors(): LayerTensors;
  /** Counts `count` tokens more in every row, after a run has written them. */
  append(count: number): void;
  /** Hands over the buffers of a cache with one row. */
  take(): Block | undefined;
}

/** Buffers for this many rows of this many tokens. */
interface Block {
  rows: number;
  tokens: number;
  tensors: readonly Tensor[];
}

/** A row that was added, with the buffers it comes from, or one whose place the last one has taken. */
type Change = { row: number; source: Block | undefined } | { row: number; last: number };

/** Makes caches for one model on a device, of elements of type `dtype`. */
export async function createDeviceCaches(
  { layers, keyValueHeads, headWidth, positions }: ModelConfig,
  dtype: Dtype,
  memory: DeviceMemory,
) {
  const shape: CacheTensors = { count: 2 * layers, dtype, keyValueHeads, headWidth };
  const zeros = await memory.session(zeroTensors(shape.count, dtype, 4), 'new');
  const larger = await memory.session(largerCaches(shape), 'new');
  const moved = await memory.session(movedRows(shape), 'given');

  const dimensions = (rows: number, tokens: number) => [rows, keyValueHeads, tokens, headWidth];
  const numbered = (stem: string, tensors: readonly Tensor[]): Record<string, Tensor> =>
    Object.fromEntries(tensors.map((tensor, i) => [`${stem}.${i}`, tensor]));

  async function create(rows: number, tokens: number): Promise<Block> {
    return { rows, tokens, tensors: await memory.make(zeros, { shape: int64(dimensions(rows, tokens)) }) };
  }

  async function enlarge(old: Block, rows: number, tokens: number): Promise<Block> {
    const added = int64([0, 0, 0, 0, rows - old.rows, 0, tokens - old.tokens, 0]);
    const tensors = await memory.make(larger, { ...numbered('cache', old.tensors), added });
    free(old);
    return { rows, tokens, tensors };
  }

  async function move(source: Block, from: number, target: Block, to: number): Promise<void> {
    await memory.write(
      moved,
      {
        ...{ from: int64([from]), to: int64([to], [1, 1]) },
        ...numbered('source', source.tensors),
        ...numbered('target', target.tensors),
      },
      numbered('result', target.tensors),
    );
  }

  const free = (block: Block | undefined): void => {
    for (const tensor of block?.tensors ?? []) memory.free(tensor);
  };

  return function newCache(bucket: number, maxTokens = Number.POSITIVE_INFINITY): DeviceCache {
    const lengths: number[] = [];
    const changes: Change[] = [];
    let block: Block | undefined;
    let views: LayerTensors | undefined;

    /** Room for twice as much, if the limits allow it: every enlargement copies the cache. */
    const roomFor = (rows: number, tokens: number): [number, number] => {
      const enough = capacityFor(tokens, bucket);
      const ample: [number, number] = [
        powerOfTwo(rows),
        Math.max(enough, Math.min(bucket * powerOfTwo(enough / bucket), capacityFor(positions, bucket))),
      ];
      return ample[0] * ample[1] <= maxTokens ? ample : [rows, enough];
    };

    const cache: DeviceCache = {
      get rows() {
        return lengths.length;
      },
      lengths,

      add(source?: DeviceCache) {
        const row = lengths.length;
        changes.push({ row, source: source?.take() });
        lengths.push(source?.lengths[0] ?? 0);
        views = undefined;
        return row;
      },

      remove(row) {
        const last = lengths.length - 1;
        const moved = lengths.pop();
        if (moved === undefined || row > last) throw new RangeError(`the cache has no row ${row}`);
        if (row < last) {
          lengths[row] = moved;
          changes.push({ row, last });
        }
        views = undefined;
        if (lengths.length === 0) cache.dispose();
      },

      async settle(extra) {
        const sources = changes.flatMap((change) =>
          'source' in change && change.source ? [change.source] : [],
        );
        const rows = Math.max(
          lengths.length,
          ...changes.map((change) => ('last' in change ? change.last : change.row) + 1),
        );
        const needed = Math.max(...lengths) + extra;
        const tokens = Math.max(needed, ...sources.map((source) => source.tokens));
        const blank = !block;
        if (!block) block = await create(...roomFor(rows, tokens));
        else if (rows > block.rows || tokens > block.tokens) {
          const [ownRows, ownTokens] = roomFor(Math.max(rows, block.rows), Math.max(tokens, block.tokens));
          block = await enlarge(block, ownRows, ownTokens);
          views = undefined;
        }
        for (const change of changes.splice(0)) {
          if ('last' in change) await move(block, change.last, block, change.row);
          else if (change.source || !blank) {
            // The place of an empty row is cleared too: what a former one has left there may not be finite.
            let source = change.source ?? (await create(1, block.tokens));
            if (source.tokens < block.tokens) source = await enlarge(source, 1, block.tokens);
            await move(source, 0, block, change.row);
            free(source);
          }
        }
      },

      tensors() {
        if (!block) throw new Error('settle comes first');
        const { tokens, tensors } = block;
        views ??= layerTensors(
          tensors.map((tensor) => memory.view(tensor, dimensions(lengths.length, tokens))),
        );
        return views;
      },

      append(count) {
        for (let row = 0; row < lengths.length; row++) lengths[row] = (lengths[row] ?? 0) + count;
      },

      dispose() {
        for (const change of changes.splice(0)) if ('source' in change) free(change.source);
        free(cache.take());
      },

      take() {
        const own = block;
        block = undefined;
        views = undefined;
        return own;
      },
    };
    return cache;
  };
}

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(atLeast));

const int64 = (values: readonly number[], dimensions: readonly number[] = [values.length]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), dimensions);

/** Names tensors as the graph does: a layer's keys, then its values. */
function layerTensors(tensors: readonly Tensor[]): LayerTensors {
  const named = (when: 'past' | 'present') =>
    Object.fromEntries(tensors.map((tensor, i) => [`${when}_${i % 2 ? 'value' : 'key'}.${i >> 1}`, tensor]));
  return { past: named('past'), present: named('present') };
}
