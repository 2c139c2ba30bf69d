import type { Value } from '../value.ts';
import { neg } from './elementwise.ts';
import { apply } from './op.ts';

/** Cosines and sines [M, W/2], and the row of them that rotates each token [B, S]. */
export interface RotaryTable {
  cos: Value;
  sin: Value;
  rows: Value;
}

/**
 * Rotary positions (arXiv:2104.09864): in every head of x [B, H, S, W], the pair of numbers i and i + W/2 is rotated by
 * its token's angle. The gradient is the inverse rotation; none flows to the table.
 */
export const rotate = (x: Value, { cos, sin, rows }: RotaryTable): Value =>
  apply('RotaryEmbedding', [x, rows, cos, sin], {
    shape: x.shape,
    domain: 'com.microsoft',
    backward: (g) => [rotate(g, { cos, sin: neg(sin), rows })],
  });
