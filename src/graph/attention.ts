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
import { type Dimension, dimensionAt, type Graph, type Value } from './value.ts';

/** Low enough that its softmax is exactly 0 in float32, but finite, so that a fully masked row is not NaN. */
const MASKED = -1e9;

/**
 * The additive mask for packed rows: a token sees itself and the earlier tokens of its own text.
 * `segments` [B, T] gives the number of each token's text in its row; the result is [B, 1, T, T], 0 or −10⁹.
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
  const [batch = 'B', heads = 1, length = 'T', width = 1] = query.shape;
  const groups = dimensionAt(key.shape, 1);
  // Query heads that share keys form one matrix, with their tokens stacked, so that no key or value is copied.
  const together = (x: Value, width: Dimension) =>
    heads === groups ? x : reshape(x, [batch, groups, 'H/G·T', width]);
  const apart = (x: Value, width: Dimension) =>
    heads === groups ? x : reshape(x, [batch, heads, length, width]);
  const products = matmul(together(mul(query, scale), width), swapLast(key)); // [B, G, H/G·T, T]
  const scores = add(apart(products, length), mask); // [B, H, T, T]
  const probabilities = together(dropout(softmax(scores)), length);
  const mixed = apart(matmul(probabilities, value), width); // [B, H, T, W]
  return reshape(transpose(mixed, [0, 2, 1, 3]), ['N', Number(heads) * Number(width)]);
}
