const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The float for each of the 65,536 half-precision bit patterns. Built on first use. */
let halfValues: Float32Array | undefined;

/** Converts IEEE 754 half precision to single. `target` has the same length as `bits`. */
export function halfToFloat(bits: Uint16Array, target: Float32Array): void {
  halfValues ??= Float32Array.from({ length: 0x1_0000 }, (_, pattern) => halfValue(pattern));
  for (let i = 0; i < bits.length; i++) target[i] = halfValues[bits[i] ?? 0] ?? 0;
}

/** Converts bfloat16, the upper half of a single. `target` has the same length as `bits`. */
export function bfloatToFloat(bits: Uint16Array, target: Float32Array): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
}

/**
 * Converts single to IEEE 754 half precision, rounding to nearest, ties to even; values beyond ±65,504 become
 * infinity.
 */
export function floatToHalf(values: Float32Array, target: Uint16Array): void {
  for (let i = 0; i < values.length; i++) target[i] = halfBits(values[i] ?? 0);
}

function halfValue(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function halfBits(value: number): number {
  real[0] = value;
  const bits = word[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x4780_0000) return sign | 0x7c00; // 65,536 and more, infinity included
  // Normal halves: rebias the exponent from 127 to 15 and drop 13 bits. The rounding carry may reach the exponent,
  // which is right: the next value up is the next power of two, and after the largest comes infinity.
  if (magnitude >= 0x3880_0000) return sign | roundShift(magnitude - 0x3800_0000, 13);
  // Subnormal halves: the implicit one becomes explicit and is shifted down to units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  return shift > 24 ? sign : sign | roundShift((magnitude & 0x7f_ffff) | 0x80_0000, shift);
}

/** `value / 2^shift`, rounded to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
