import type { Value } from '../value.ts';
import { neg } from './elementwise.ts';
import { apply } from './op.ts';

/** Cosines and sines [M, W/2], and which row of them each token [B, S] turns by. */
export interface RotaryTable {
  cos: Value;
  sin: Value;
  rows: Value;
}

/**
 * Rotary positions (arXiv:2104.09864), the pair of numbers i and i + W/2 of every head x [B, H, S, W] turned by its
 * token's angle. Turning back is the gradient. None flows to the table.
 */
export const rotate = (x: Value, { cos, sin, rows }: RotaryTable): Value =>
  apply('RotaryEmbedding', [x, rows, cos, sin], {
    shape: x.shape,
    domain: 'com.microsoft',
    backward: (g) => [rotate(g, { cos, sin: neg(sin), rows })],
  });
