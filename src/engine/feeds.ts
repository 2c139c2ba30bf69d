import { Tensor } from '../lib/onnxruntime.ts';

/**
 * The inputs of a run, in memory that is reused at every step: asking for the same name and shape again returns the
 * same tensor, so a batch of constant size allocates nothing.
 */
export interface Feeds {
  /** A tensor [rows, columns], or [rows] without `columns`. Write its values through the array. */
  int64(name: string, rows: number, columns?: number): BigInt64Array;
  int32(name: string, rows: number, columns?: number): Int32Array;
  float32(name: string, rows: number, columns?: number): Float32Array;
  /** All inputs requested so far, each in the shape last requested, together with those of `more`. */
  all(more: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

export function createFeeds(): Feeds {
  const inputs: Record<string, Tensor> = {};
  const views = new Map<string, Map<number, Tensor>>();
  const buffers = new Map<string, BigInt64Array | Int32Array | Float32Array>();
  const arrays = { int64: BigInt64Array, int32: Int32Array, float32: Float32Array };

  const tensor = (name: string, dtype: keyof typeof arrays, rows: number, columns?: number): Tensor => {
    const size = rows * (columns ?? 1);
    let buffer = buffers.get(name);
    if (!buffer || buffer.length < size) {
      const grown = Math.max(size, 2 * (buffer?.length ?? 0));
      buffer = new arrays[dtype](grown);
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
    // A tensor created here always has the array type of its element type.
    int64: (name, rows, columns) => tensor(name, 'int64', rows, columns).data as BigInt64Array,
    int32: (name, rows, columns) => tensor(name, 'int32', rows, columns).data as Int32Array,
    float32: (name, rows, columns) => tensor(name, 'float32', rows, columns).data as Float32Array,
    all: (more) => Object.assign(inputs, more),
  };
}
