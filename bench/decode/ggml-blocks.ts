import { floatToHalf } from '../../src/models/float16.ts';

// ggml's block formats: 32 numbers share one half-precision scale.

const BLOCK = 32;

/** A format of matrices in a GGUF file, with ggml's number for it. */
export interface BlockFormat {
  type: number;
  bytes(count: number): number;
  encode(values: Float32Array<ArrayBuffer>): Uint8Array;
}

export const F32: BlockFormat = {
  type: 0,
  bytes: (count) => 4 * count,
  encode: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
};

/** 8 bits, the largest number at ±127. */
export const Q8_0: BlockFormat = {
  type: 8,
  bytes: (count) => (count / BLOCK) * (2 + BLOCK),
  encode(values) {
    const bytes = new Uint8Array(this.bytes(values.length));
    const codes = new Int8Array(bytes.buffer);
    const scales = new Float32Array(values.length / BLOCK);
    for (let from = 0, target = 2; from < values.length; from += BLOCK, target += 2 + BLOCK) {
      let largest = 0;
      for (let i = from; i < from + BLOCK; i++) {
        const size = Math.abs(values[i] as number);
        if (size > largest) largest = size;
      }
      scales[from / BLOCK] = largest / 127;
      const inverse = largest ? 127 / largest : 0;
      for (let i = 0; i < BLOCK; i++) codes[target + i] = Math.round((values[from + i] as number) * inverse);
    }
    return withScales(bytes, scales);
  },
};

/** 4 bits around 8, the number furthest from 0 at −8; a byte holds the numbers i and i + 16. */
export const Q4_0: BlockFormat = {
  type: 2,
  bytes: (count) => (count / BLOCK) * (2 + BLOCK / 2),
  encode(values) {
    const bytes = new Uint8Array(this.bytes(values.length));
    const scales = new Float32Array(values.length / BLOCK);
    for (let from = 0, target = 2; from < values.length; from += BLOCK, target += 2 + BLOCK / 2) {
      let widest = 0;
      for (let i = from; i < from + BLOCK; i++) {
        const value = values[i] as number;
        if (Math.abs(value) > Math.abs(widest)) widest = value;
      }
      scales[from / BLOCK] = widest / -8;
      const inverse = widest ? -8 / widest : 0;
      for (let i = 0; i < BLOCK / 2; i++) {
        const low = Math.min(15, (values[from + i] as number) * inverse + 8.5) | 0;
        const high = Math.min(15, (values[from + i + BLOCK / 2] as number) * inverse + 8.5) | 0;
        bytes[target + i] = low | (high << 4);
      }
    }
    return withScales(bytes, scales);
  },
};

/** Writes each block's scale in half precision before its codes. A block has an even number of bytes. */
function withScales(bytes: Uint8Array<ArrayBuffer>, scales: Float32Array): Uint8Array {
  const halves = new Uint16Array(scales.length);
  floatToHalf(scales, halves);
  const words = new Uint16Array(bytes.buffer);
  const stride = words.length / scales.length;
  for (let block = 0; block < scales.length; block++) words[block * stride] = halves[block] as number;
  return bytes;
}
