import type { Value } from '../value.ts';
import { add, less, mul, where } from './elementwise.ts';

/** Random 32-bit integers from the host, broadcast against each other to the shape that dropout applies to. */
export interface DropoutKeys {
  /** One odd multiplier per row, int32. */
  multiplier: Value;
  /** One offset per row, int32. */
  offset: Value;
  /** One key per column, int32. */
  column: Value;
}

/**
 * Zeroes each element with probability `p` and scales the others by `1/(1−p)`. The choice depends on
 * `multiplier·column + offset` modulo 2³²: each row is a random multiply-shift hash of the column (Dietzfelbinger 1996;
 * pairwise independent in its high bits), so the mask is a pure function of the keys. onnxruntime's own Dropout cannot
 * be resumed in the middle of a run and has no WebGPU kernel.
 */
export function dropout(x: Value, p: number, { multiplier, offset, column }: DropoutKeys): Value {
  const hash = add(mul(multiplier, column), offset);
  // A share 1−p of the int32 range, −2³¹ to 2³¹−1, lies below this threshold.
  const threshold = Math.round(((1 - p) * 2 - 1) * 2 ** 31);
  const keep = less(hash, threshold);
  return mul(where(keep, x, 0), 1 / (1 - p));
}
