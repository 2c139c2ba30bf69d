import { Tensor } from 'onnxruntime-node';
import type { Gpt2Config } from '../models/config.ts';
import { capacityFor } from './scheduler.ts';

/**
 * Keys and values of some rows of one model, laid out as the decode graph reads them: for each layer
 * [rows, heads, capacity, head width]. Rows are numbered without gaps: the last one takes the place of one that leaves.
 */
export interface KvCache {
  readonly rows: number;
  /** Tokens held by each row. */
  readonly lengths: readonly number[];
  /** The graph's inputs `past_key.i` and `past_value.i`; the same tensors until a row comes or goes or the cache grows. */
  feeds(): Record<string, Tensor>;
  /** Makes room for `extra` more tokens in every row. */
  reserve(extra: number): void;
  /** Adds a row: an empty one, or a copy of the first row of `source`. Returns its index. */
  add(source?: KvCache): number;
  /** Removes a row; the last row takes its index. */
  remove(row: number): void;
  /** Writes what a run gave as `new_keys_values` [rows, 2·L·heads, count, head width] behind each row's tokens. */
  append(fresh: Float32Array, count: number): void;
  /** Copies a row's entries of layer part `part` (2·layer for keys, + 1 for values) into `target`; used by `add`. */
  copyInto(target: Float32Array, offset: number, part: number, row: number, capacity: number): void;
}

/**
 * `bucket`: capacities are multiples of it, so that growing, which copies the cache, is rare. `maxRows`: memory is never
 * taken for more rows than this.
 */
export function createKvCache(
  config: Gpt2Config,
  bucket: number,
  maxRows = Number.POSITIVE_INFINITY,
): KvCache {
  const { heads, layers } = config;
  const width = config.width / heads;
  const parts = 2 * layers;
  let capacity = bucket;
  let allocated = 0; // rows
  let storage: Float32Array[] = Array.from({ length: parts }, () => new Float32Array());
  const lengths: number[] = [];
  let feeds: Record<string, Tensor> | undefined;

  const rowSize = (tokens: number) => heads * tokens * width;

  /** New arrays for so many rows of so many tokens, with what is held copied over. */
  const layOut = (rows: number, tokens: number): void => {
    storage = Array.from({ length: parts }, (_, part) => {
      const grown = new Float32Array(rows * rowSize(tokens));
      for (let row = 0; row < lengths.length; row++)
        cache.copyInto(grown, row * rowSize(tokens), part, row, tokens);
      return grown;
    });
    allocated = rows;
    capacity = tokens;
    feeds = undefined;
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
      if (needed > capacity) layOut(lengths.length, capacityFor(needed, bucket));
    },

    add(source) {
      const row = lengths.length;
      const length = source?.lengths[0] ?? 0;
      const tokens = Math.max(capacity, capacityFor(length, bucket));
      if (row === allocated) layOut(Math.max(row + 1, Math.min(2 * allocated, maxRows)), tokens);
      else if (tokens > capacity) layOut(allocated, tokens);
      if (source)
        storage.forEach((values, part) => {
          source.copyInto(values, row * rowSize(capacity), part, 0, capacity);
        });
      lengths.push(length);
      feeds = undefined;
      return row;
    },

    remove(row) {
      const last = lengths.length - 1;
      const moved = lengths.pop();
      if (moved === undefined || row > last) throw new RangeError(`the cache has no row ${row}`);
      if (row < last) {
        const size = rowSize(capacity);
        for (const values of storage) values.copyWithin(row * size, last * size, (last + 1) * size);
        lengths[row] = moved;
      }
      feeds = undefined;
      // Every row is multiplied over the whole capacity: what only the row that left has used costs the others time.
      const longest = capacityFor(Math.max(1, ...lengths), bucket);
      if (longest <= capacity / 2) layOut(lengths.length, longest);
    },

    append(fresh, count) {
      let from = 0;
      for (let row = 0; row < lengths.length; row++) {
        const start = lengths[row] ?? 0;
        for (const values of storage)
          for (let head = 0; head < heads; head++) {
            let to = ((row * heads + head) * capacity + start) * width;
            for (let i = count * width; i > 0; i--) values[to++] = fresh[from++] ?? 0;
          }
      }
      for (let row = 0; row < lengths.length; row++) lengths[row] = (lengths[row] ?? 0) + count;
    },

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
