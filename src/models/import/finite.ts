import { ChispaError } from '../../lib/errors.ts';
import type { Dtype } from '../safetensors-header.ts';

/**
 * Whether little-endian floating-point numbers contain a NaN or an infinity, that is, one whose exponent is all ones.
 * Adding one to such an exponent carries into the bit above, which is otherwise clear. This tests two halves at once,
 * without a branch in the loop.
 */
function hasNonFinite(bytes: Uint8Array, dtype: 'F16' | 'BF16' | 'F32' | 'F64'): boolean {
  if (dtype === 'F64') return new Float64Array(bytes.slice().buffer).some((value) => !Number.isFinite(value));
  const [exponent, one, overflow] = MASKS[dtype];
  const whole = bytes.length & ~3;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, whole / 4);
  let seen = 0;
  for (let i = 0; i < words.length; i++) seen |= ((words[i] ?? 0) & exponent) + one;
  if (whole < bytes.length) {
    const last = (bytes[whole] ?? 0) | ((bytes[whole + 1] ?? 0) << 8);
    seen |= (last & exponent) + one;
  }
  return (seen & overflow) !== 0;
}

const MASKS = {
  F16: [0x7c00_7c00, 0x0400_0400, 0x8000_8000],
  BF16: [0x7f80_7f80, 0x0080_0080, 0x8000_8000],
  F32: [0x7f80_0000, 0x0080_0000, 0x8000_0000],
} as const;

/**
 * Passes the chunks of a tensor through. Throws `weights-not-finite`, naming the tensor, when one contains NaN or
 * infinity.
 */
export async function* finiteChunks(
  name: string,
  dtype: Dtype,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (
      (dtype === 'F16' || dtype === 'BF16' || dtype === 'F32' || dtype === 'F64') &&
      hasNonFinite(chunk, dtype)
    )
      throw new ChispaError(
        'weights-not-finite',
        `The weight ${name} holds NaN or infinity: its training broke the model, and it cannot be used.`,
      );
    yield chunk;
  }
}
