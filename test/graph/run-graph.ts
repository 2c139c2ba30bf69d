import { encodeModel } from '../../src/graph/encode.ts';
import type { Graph } from '../../src/graph/value.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';

export type Numbers = Record<string, ArrayLike<number>>;

/** Runs a graph once. Inputs are plain numbers; `dimensions` gives the symbolic lengths. */
export async function runGraph(
  graph: Graph,
  inputs: Numbers,
  dimensions: Readonly<Record<string, number>> = {},
): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(encodeModel(graph), { intraOpNumThreads: 1 });
  try {
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, dtype, shape }) => {
        const dims = shape.map((length) => (typeof length === 'number' ? length : (dimensions[length] ?? 1)));
        const numbers = Array.from(inputs[name] ?? []);
        if (dtype === 'int64') return [name, new Tensor('int64', BigInt64Array.from(numbers, BigInt), dims)];
        if (dtype === 'int32') return [name, new Tensor('int32', Int32Array.from(numbers), dims)];
        return [name, new Tensor('float32', Float32Array.from(numbers), dims)];
      }),
    );
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]),
    );
  } finally {
    await session.release();
  }
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? Number.NaN) - (b[i] ?? 0)) ** 2;
    size += (b[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference / size);
}
