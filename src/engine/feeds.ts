import { Tensor } from '../lib/onnxruntime.ts';

/**
 * The inputs of a run, over memory that is used again at every step: a tensor of a name and shape that was asked for
 * before is the same tensor, so a batch that stays the same size allocates nothing.
 */
export interface Feeds {
  /** A tensor [rows, columns], or [rows] without `columns`; write its numbers through the array. */
  int64(name: string, rows: number, columns?: number): BigInt64Array;
  float32(name: string, rows: number, columns?: number): Float32Array;
  /** Every input asked for so far, in the shape asked for last, together with those of `more`. */
  all(more: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

export function createFeeds(): Feeds {
  const inputs: Record<string, Tensor> = {};
  const views = new Map<string, Map<number, Tensor>>();
  const buffers = new Map<string, BigInt64Array | Float32Array>();

  const tensor = (name: string, dtype: 'int64' | 'float32', rows: number, columns?: number): Tensor => {
    const size = rows * (columns ?? 1);
    let buffer = buffers.get(name);
    if (!buffer || buffer.length < size) {
      const grown = Math.max(size, 2 * (buffer?.length ?? 0));
      buffer = dtype === 'int64' ? new BigInt64Array(grown) : new Float32Array(grown);
      buffers.set(name, buffer);
      views.set(name, new Map());
    }
    const known = views.get(name);
    const key = rows * 2 ** 20 + (columns ?? 2 ** 20 - 1);
    let view = known?.get(key);
    if (!view) {
      const shape = columns === undefined ? [rows] : [rows, columns];
      view = new Tensor(dtype, buffer.subarray(0, size), shape);
      known?.set(key, view);
    }
    inputs[name] = view;
    return view;
  };

  return {
    // A tensor made here of an element type has that type's array.
    int64: (name, rows, columns) => tensor(name, 'int64', rows, columns).data as BigInt64Array,
    float32: (name, rows, columns) => tensor(name, 'float32', rows, columns).data as Float32Array,
    all: (more) => Object.assign(inputs, more),
  };
}
