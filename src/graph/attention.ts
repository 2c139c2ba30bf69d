import type { Graph } from './graph.ts';
import {
  add,
  and,
  equal,
  greaterOrEqual,
  matmul,
  mul,
  range,
  reshape,
  softmax,
  swapLast,
  transpose,
  unsqueeze,
  where,
} from './ops/index.ts';
import type { Value } from './value.ts';

/** Low enough that its softmax is exactly 0 in float32, finite so that a row of nothing but it is not NaN. */
const MASKED = -1e9;

/**
 * The additive mask of packed rows: a token sees itself and the earlier tokens of its own text.
 * segments [B, T] number the texts of each row; the result is [B, 1, T, T], 0 or −10⁹.
 */
export function segmentMask(graph: Graph, segments: Value): Value {
  const [, length = 'T'] = segments.shape;
  const place = range(graph, length); // [T]
  const causal = greaterOrEqual(unsqueeze(place, [1]), place); // [T, T]
  const sameText = equal(unsqueeze(segments, [1, 3]), unsqueeze(segments, [1, 2])); // [B, 1, T, T]
  return where(and(sameText, causal), graph.constant(0), graph.constant(MASKED));
}

/**
 * `softmax(scale·q·kᵀ + mask)·v` for every head (arXiv:1706.03762): queries [B, H, T, W], keys and values [B, G, T, W]
 * → [N, H·W], N = B·T. `dropout` is applied to the probabilities [B, H, T, T].
 */
export function selfAttention(
  { query, key, value }: Record<'query' | 'key' | 'value', Value>,
  { scale, mask, dropout = (p) => p }: { scale: number; mask: Value; dropout?: (p: Value) => Value },
): Value {
  const [, heads = 1, , width = 1] = query.shape;
  const scores = add(matmul(mul(query, scale), swapLast(key)), mask); // [B, H, T, T]
  const mixed = matmul(dropout(softmax(scores)), value); // [B, H, T, W]
  return reshape(transpose(mixed, [0, 2, 1, 3]), ['N', Number(heads) * Number(width)]);
}
