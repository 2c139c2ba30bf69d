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
  encode: (values) =>
    inBlocks(values, 2 + BLOCK, (at, view, target) => {
      let largest = 0;
      for (let i = 0; i < BLOCK; i++) largest = Math.max(largest, Math.abs(values[at + i] ?? 0));
      const scale = largest / 127;
      view.setUint16(target, half(scale), true);
      for (let i = 0; i < BLOCK; i++)
        view.setInt8(target + 2 + i, scale ? Math.round((values[at + i] ?? 0) / scale) : 0);
    }),
};

/** 4 bits around 8, the number furthest from 0 at −8; a byte holds the numbers i and i + 16. */
export const Q4_0: BlockFormat = {
  type: 2,
  bytes: (count) => (count / BLOCK) * (2 + BLOCK / 2),
  encode: (values) =>
    inBlocks(values, 2 + BLOCK / 2, (at, view, target) => {
      let widest = 0;
      for (let i = 0; i < BLOCK; i++)
        if (Math.abs(values[at + i] ?? 0) > Math.abs(widest)) widest = values[at + i] ?? 0;
      const scale = widest / -8;
      view.setUint16(target, half(scale), true);
      const code = (i: number) => (scale ? Math.min(15, Math.floor((values[at + i] ?? 0) / scale + 8.5)) : 8);
      for (let i = 0; i < BLOCK / 2; i++) view.setUint8(target + 2 + i, code(i) | (code(i + BLOCK / 2) << 4));
    }),
};

function inBlocks(
  values: Float32Array,
  blockBytes: number,
  write: (from: number, view: DataView, target: number) => void,
): Uint8Array {
  const bytes = new Uint8Array((values.length / BLOCK) * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block * BLOCK < values.length; block++) write(block * BLOCK, view, block * blockBytes);
  return bytes;
}

/** A number in half precision. */
function half(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -24) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const mantissa = Math.round((size / 2 ** exponent) * 1024);
  return sign + (size < 2 ** -14 ? Math.round(size * 2 ** 24) : ((exponent + 15) << 10) + mantissa - 1024);
}
