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
  split,
  swapLast,
  transpose,
  unsqueeze,
  where,
} from './ops/index.ts';
import type { Dimension, Value } from './value.ts';

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

export interface AttentionShape {
  batch: Dimension;
  length: Dimension;
  heads: number;
  /** Applied to the attention probabilities [B, H, T, T]. */
  dropout?: (probabilities: Value) => Value;
}

/** `softmax(scale·q·kᵀ + mask)·v` for every head (arXiv:1706.03762): packed [N, 3·D], N = B·T → [N, D]. */
export function selfAttention(qkv: Value, scale: number, mask: Value, options: AttentionShape): Value {
  const { batch, length, heads, dropout = (p) => p } = options;
  const [rows, packed] = qkv.shape;
  if (rows === undefined || typeof packed !== 'number') throw new Error(`packed qkv [${qkv.shape}]`);
  const width = packed / 3;
  const [q, k, v] = split(qkv, 1, 3).map((part) =>
    transpose(reshape(part, [batch, length, heads, width / heads]), [0, 2, 1, 3]),
  ); // [B, H, T, D/H] each
  if (!q || !k || !v) throw new Error('unreachable: split in three');
  const scores = add(matmul(mul(q, scale), swapLast(k)), mask); // [B, H, T, T]
  const mixed = matmul(dropout(softmax(scores)), v); // [B, H, T, D/H]
  return reshape(transpose(mixed, [0, 2, 1, 3]), [rows, width]);
}
