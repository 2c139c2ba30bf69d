import { Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import { capacityFor } from './scheduler.ts';

/**
 * Keys and values of some rows of one model, wherever they are. Rows are numbered without gaps: when a row leaves, the
 * last one takes its place.
 */
export interface RowCache {
  readonly rows: number;
  /** Tokens held by each row. */
  readonly lengths: readonly number[];
  /** Adds a row: an empty one, or the first row of `source`, which must not be used any more. Returns its index. */
  add(source?: RowCache): number;
  /** Removes a row; the last row takes its index. */
  remove(row: number): void;
  /** Frees the memory of a cache that is not needed any more, unless it was the source of a row. */
  dispose(): void;
}

/**
 * A cache in this process's memory, laid out as the decode graph reads it: for each layer [rows, heads, capacity, head
 * width]. Unused space is zero, because it is multiplied too: a non-finite number left there by a row that went wrong
 * would corrupt the next one.
 */
export interface KvCache extends RowCache {
  /**
   * The graph's inputs `past_key.i` and `past_value.i`. They stay the same tensors until a row is added or removed,
   * or the cache grows.
   */
  feeds(): Record<string, Tensor>;
  /** Makes room for `extra` more tokens in every row. */
  reserve(extra: number): void;
  /** Adds a row: an empty one, or a copy of the first row of `source`. Returns its index. */
  add(source?: KvCache): number;
  /** Appends a run's output `new_keys_values` [rows, 2·L·heads, count, head width] after each row's tokens. */
  append(fresh: Float32Array, count: number): void;
  /** Copies a row's entries of layer part `part` (2·layer for keys, + 1 for values) into `target`. Used by `add`. */
  copyInto(target: Float32Array, offset: number, part: number, row: number, capacity: number): void;
}

/** Cache size, in rows · tokens, whose memory is kept once it has been allocated: the next jokes need it again. */
const KEPT = 512;

/** What a cache needs to know of its model. */
type CacheShape = Pick<ModelConfig, 'layers' | 'keyValueHeads' | 'headWidth'>;

/**
 * `bucket`: capacities are multiples of it, so that growing, which copies the contents, is rare. Allocates twice the
 * memory needed, so that allocations are rare, but never more than `maxTokens` rows · tokens in advance.
 */
export function createKvCache(
  config: CacheShape,
  bucket: number,
  maxTokens = Number.POSITIVE_INFINITY,
): KvCache {
  const { keyValueHeads: heads, headWidth: width, layers } = config;
  const parts = 2 * layers;
  let capacity = bucket;
  let memory = 0; // allocated size of each part, in numbers
  const storage = Array.from({ length: parts }, () => new Float32Array());
  const lengths: number[] = [];
  let feeds: Record<string, Tensor> | undefined;

  const rowSize = (tokens: number) => heads * tokens * width;

  /** Lays out this many rows of this many tokens, in the existing memory if it is large enough. */
  const layOut = (rows: number, tokens: number): void => {
    const size = rows * rowSize(tokens);
    if (size > memory) takeMemory(Math.max(size, Math.min(2 * memory, rowSize(maxTokens))), tokens);
    else for (const values of storage) moveHeads(values, tokens);
    capacity = tokens;
    feeds = undefined;
  };

  /** Allocates new arrays of this many numbers and copies the contents over. */
  const takeMemory = (size: number, tokens: number): void => {
    for (let part = 0; part < parts; part++) {
      const fresh = new Float32Array(size);
      for (let row = 0; row < lengths.length; row++)
        cache.copyInto(fresh, row * rowSize(tokens), part, row, tokens);
      storage[part] = fresh;
    }
    memory = size;
  };

  /** Moves the contents of each head of each row to their places in a layout with this many tokens per row. */
  const moveHeads = (values: Float32Array, tokens: number): void => {
    const count = lengths.length * heads;
    for (let i = 0; i < count; i++) {
      // Nothing is overwritten before it was moved: start from the last one when heads move apart.
      const head = tokens > capacity ? count - 1 - i : i;
      const from = head * capacity * width;
      const held = (lengths[Math.floor(head / heads)] ?? 0) * width;
      const to = head * tokens * width;
      values.copyWithin(to, from, from + held);
      values.fill(0, to + held, to + tokens * width);
    }
    if (tokens < capacity) values.fill(0, count * tokens * width, count * capacity * width);
  };

  const cache: KvCache = {
    get rows() {
      return lengths.length;
    },
    lengths,

    feeds() {
      feeds ??= Object.fromEntries(
        storage.map((values, part) => [
          `${part % 2 ? 'past_value' : 'past_key'}.${part >> 1}`,
          new Tensor('float32', values.subarray(0, lengths.length * rowSize(capacity)), [
            lengths.length,
            heads,
            capacity,
            width,
          ]),
        ]),
      );
      return feeds;
    },

    reserve(extra) {
      const needed = Math.max(0, ...lengths) + extra;
      const tokens = Math.max(capacity, capacityFor(needed, bucket));
      if (tokens > capacity || lengths.length * rowSize(tokens) > memory) layOut(lengths.length, tokens);
    },

    add(source) {
      const row = lengths.length;
      const length = source?.lengths[0] ?? 0;
      if (source && length > 0) {
        const tokens = Math.max(capacity, capacityFor(length, bucket));
        if (tokens > capacity || (row + 1) * rowSize(tokens) > memory) layOut(row + 1, tokens);
        storage.forEach((values, part) => {
          source.copyInto(values, row * rowSize(capacity), part, 0, capacity);
        });
      }
      lengths.push(length);
      feeds = undefined;
      return row;
    },

    remove(row) {
      const last = lengths.length - 1;
      const moved = lengths.pop();
      if (moved === undefined || row > last) throw new RangeError(`the cache has no row ${row}`);
      const size = rowSize(capacity);
      for (const values of storage) {
        if (row < last) values.copyWithin(row * size, last * size, (last + 1) * size);
        values.fill(0, last * size, (last + 1) * size);
      }
      if (row < last) lengths[row] = moved;
      feeds = undefined;
      // Every row is multiplied over the whole capacity, so space that only the departed row needed slows down the
      // others.
      const longest = capacityFor(Math.max(1, ...lengths), bucket);
      if (longest <= capacity / 2) layOut(lengths.length, longest);
      const kept = Math.max(2 * lengths.length * rowSize(capacity), rowSize(KEPT));
      if (kept <= memory / 2) takeMemory(kept, capacity);
    },

    append(fresh, count) {
      let from = 0;
      for (let row = 0; row < lengths.length; row++) {
        const start = lengths[row] ?? 0;
        for (const values of storage)
          for (let head = 0; head < heads; head++) {
            const to = ((row * heads + head) * capacity + start) * width;
            values.set(fresh.subarray(from, from + count * width), to);
            from += count * width;
          }
      }
      for (let row = 0; row < lengths.length; row++) lengths[row] = (lengths[row] ?? 0) + count;
    },

    dispose() {}, // its memory is the garbage collector's

    copyInto(target, offset, part, row, tokens) {
      const values = storage[part];
      if (!values) throw new RangeError(`the cache has no part ${part}`);
      const held = (lengths[row] ?? 0) * width;
      for (let head = 0; head < heads; head++) {
        const start = (row * heads + head) * capacity * width;
        target.set(values.subarray(start, start + held), offset + head * tokens * width);
      }
    },
  };
  return cache;
}
