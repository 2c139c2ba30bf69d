import type { Value } from '../value.ts';
import { add, less, mul, where } from './elementwise.ts';

/** Random 32-bit integers from the host, broadcast against each other to the shape of what is dropped. */
export interface DropoutKeys {
  /** One odd multiplier a row, int32. */
  multiplier: Value;
  /** One offset a row, int32. */
  offset: Value;
  /** One key a column, int32. */
  column: Value;
}

/**
 * Zeroes each element with probability `p` and scales the others by `1/(1−p)`. Which ones is decided by
 * `multiplier·column + offset` modulo 2³², multiply-shift hashing of the column by a random row function
 * (Dietzfelbinger 1996; pairwise independent in its high bits), so the mask is a pure function of the keys.
 * onnxruntime's own Dropout cannot be resumed in the middle of a run, and has no WebGPU kernel.
 */
export function dropout(x: Value, p: number, { multiplier, offset, column }: DropoutKeys): Value {
  const hash = add(mul(multiplier, column), offset);
  // int32 runs from −2³¹ to 2³¹−1: below this line lies a share 1−p of it.
  const threshold = Math.round(((1 - p) * 2 - 1) * 2 ** 31);
  const keep = less(hash, threshold);
  return mul(where(keep, x, 0), 1 / (1 - p));
}
