import { createGraph } from './graph.ts';
import { cast, gather } from './ops/index.ts';
import { only } from './ops/op.ts';
import type { Dtype, Graph, Shape, Value } from './value.ts';

/** The caches of a model that a device holds: `count` tensors [B, G, T, W] of one size. */
export interface CacheTensors {
  count: number;
  dtype: Dtype;
  keyValueHeads: number;
  headWidth: number;
}

/** New tensors of one shape, all zero: `shape` int64 [rank] → `zeros.i`. */
export function zeroTensors(count: number, dtype: Dtype, rank: number): Graph {
  const graph = createGraph();
  const shape = graph.input('shape', 'int64', [rank]);
  const zero = cast(graph.constant(0), dtype);
  const axes = Array.from({ length: rank }, (_, axis) => `axis${axis}`);
  for (let i = 0; i < count; i++) graph.output(`zeros.${i}`, one('Expand', [zero, shape], axes));
  return graph;
}

/** Larger copies of caches, with zeros in their new rows and tokens: `cache.i`, `added` int64 [8] (Pad's) → `larger.i`. */
export function largerCaches(tensors: CacheTensors): Graph {
  const graph = createGraph();
  const added = graph.input('added', 'int64', [8]);
  forEachCache(tensors, (i, shape) => {
    const cache = graph.input(`cache.${i}`, tensors.dtype, shape);
    graph.output(`larger.${i}`, one('Pad', [cache, added], ['B+', shape[1] ?? 0, 'T+', shape[3] ?? 0]));
  });
  return graph;
}

/**
 * Caches with one row replaced by a row of others of the same capacity: `target.i`, `source.i`, `to` int64 [1, 1], `from`
 * int64 [1] → `result.i`, which the host puts in the place of `target.i`.
 */
export function movedRows(tensors: CacheTensors): Graph {
  const graph = createGraph();
  const to = graph.input('to', 'int64', [1, 1]);
  const from = graph.input('from', 'int64', [1]);
  forEachCache(tensors, (i, shape) => {
    const target = graph.input(`target.${i}`, tensors.dtype, shape);
    const source = graph.input(`source.${i}`, tensors.dtype, shape.with(0, 'C'));
    graph.output(`result.${i}`, one('ScatterND', [target, to, gather(source, from)], shape));
  });
  return graph;
}

function forEachCache(
  { count, keyValueHeads, headWidth }: CacheTensors,
  write: (index: number, shape: Shape) => void,
): void {
  for (let i = 0; i < count; i++) write(i, ['B', keyValueHeads, 'T', headWidth]);
}

const one = (type: string, inputs: readonly [Value, ...Value[]], shape: Shape): Value =>
  only(inputs[0].graph.node(type, inputs, [{ dtype: inputs[0].dtype, shape }]));
