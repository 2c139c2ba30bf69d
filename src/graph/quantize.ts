import { concat, slice } from './ops/index.ts';
import type { Value } from './value.ts';

export type Bits = 4 | 8;

/** A matrix for onnxruntime's MatMulNBits: for each output, blocks of inputs with one scale per block. */
export interface QuantizedMatrix {
  /** [outputs, blocks, block · bits / 8]; the first of two 4-bit weights in a byte is the low half. */
  packed: Uint8Array;
  /** [outputs, blocks]. */
  scales: Float32Array;
}

/**
 * How a matrix with this many inputs is divided: weights per scale, blocks per output, bytes per block.
 * With 8 bits, blocks of 64 lose next to nothing compared to 32 and are a tenth faster; 4 bits need the smaller blocks.
 * Larger blocks are faster still, but onnxruntime 1.30 then rounds a row differently when there is another beside it.
 */
export function blocking(inputs: number, bits: Bits): { block: number; blocks: number; bytes: number } {
  const block = bits === 8 && inputs % 64 === 0 ? 64 : 32;
  return { block, blocks: Math.ceil(inputs / block), bytes: (block * bits) / 8 };
}

/**
 * Rounds a matrix to `bits` per weight, symmetric around 0, in blocks of inputs (`blocking`):
 * `w ≈ scale · (q − 2^(bits−1))`. The strides locate the weight of an input and an output, so that both Hugging Face's
 * [in, out] layout and the head's [out, in] can be read.
 */
export function quantize(
  weights: Float32Array,
  shape: { inputs: number; outputs: number; strideIn: number; strideOut: number },
  bits: Bits,
): QuantizedMatrix {
  const { inputs, outputs, strideIn, strideOut } = shape;
  const { block: size, blocks, bytes } = blocking(inputs, bits);
  const zero = 2 ** (bits - 1);
  const packed = new Uint8Array(outputs * blocks * bytes);
  const scales = new Float32Array(outputs * blocks);
  for (let output = 0; output < outputs; output++)
    for (let block = 0; block < blocks; block++) {
      const first = block * size;
      const count = Math.min(size, inputs - first);
      const start = output * strideOut + first * strideIn;
      let widest = 0; // the weight furthest from 0, with its sign
      for (let i = 0; i < count; i++) {
        const weight = weights[start + i * strideIn] ?? 0;
        if (Math.abs(weight) > Math.abs(widest)) widest = weight;
      }
      // Code 0 has no opposite, so the widest weight takes it, whatever its sign: one level more than ±(zero − 1).
      const scale = Math.fround(widest / -zero);
      const inverse = scale === 0 ? 0 : 1 / scale;
      scales[output * blocks + block] = scale;
      const target = (output * blocks + block) * bytes;
      for (let i = 0; i < size; i++) {
        const weight = i < count ? (weights[start + i * strideIn] ?? 0) : 0;
        const code = Math.min(2 * zero - 1, Math.max(0, Math.round(weight * inverse) + zero));
        if (bits === 8) packed[target + i] = code;
        else packed[target + (i >> 1)] = (packed[target + (i >> 1)] ?? 0) | (code << (i & 1 ? 4 : 0));
      }
    }
  return { packed, scales };
}

/**
 * `x·W + b` with a quantized W: x [N, inputs] → [N, outputs], by onnxruntime's MatMulNBits. `companion`: on the CPU, a
 * single row must be multiplied as one among others would be.
 */
export function quantizedLinear(
  x: Value,
  { packed, scales, bias }: { packed: Value; scales: Value; bias?: Value | undefined },
  {
    inputs,
    outputs,
    bits,
    companion = true,
  }: { inputs: number; outputs: number; bits: Bits; companion?: boolean },
): Value {
  const multiply = (rows: Value): Value => {
    const [y] = x.graph.node(
      'MatMulNBits',
      [rows, packed, scales, undefined, undefined, bias],
      [{ dtype: x.dtype, shape: [rows.shape[0] ?? 'N', outputs] }],
      {
        domain: 'com.microsoft',
        // Accuracy level 4 also rounds the activations to 8 bits and multiplies integers; other levels are 10× slower.
        attributes: {
          K: inputs,
          N: outputs,
          bits,
          block_size: blocking(inputs, bits).block,
          accuracy_level: 4,
        },
      },
    );
    if (!y) throw new Error('MatMulNBits has one output');
    return y;
  };
  // With 4 bits, onnxruntime uses another kernel for a single row, which rounds differently: a row's result would
  // depend on whether it is alone. So it never is.
  return bits === 4 && companion ? withCompany(x, multiply) : multiply(x);
}

/**
 * The rows of a quantized matrix [outputs, inputs] at `ids` [N], as float32 [N, inputs]: the token embedding, read from
 * the same bytes that the head multiplies by. `packed`: [outputs, blocks · bytes].
 */
export function quantizedRows(
  ids: Value,
  { packed, scales }: { packed: Value; scales: Value },
  { inputs, bits }: { inputs: number; bits: Bits },
): Value {
  const { graph } = ids;
  const { block, blocks } = blocking(inputs, bits);
  const [rows] = graph.node(
    'GatherBlockQuantized',
    [packed, ids, scales],
    [{ dtype: scales.dtype, shape: ['N', blocks * block] }],
    { domain: 'com.microsoft', attributes: { bits, block_size: block, gather_axis: 0, quantize_axis: 1 } },
  );
  if (!rows) throw new Error('GatherBlockQuantized has one output');
  return blocks * block === inputs ? rows : slice(rows, 1, 0, inputs);
}

/** Runs `multiply` on the rows plus a copy of the first one, and returns the results without the copy's. */
function withCompany(x: Value, multiply: (rows: Value) => Value): Value {
  const { graph } = x;
  const [rows = 'N'] = x.shape;
  const y = multiply(concat([x, slice(x, 0, 0, 1)], 0, `${rows}+1`));
  const [first, last, axis] = [0, -1, 0].map((place) => graph.constant([place], 'int64'));
  const [kept] = graph.node(
    'Slice',
    [y, first, last, axis],
    [{ dtype: 'float32', shape: y.shape.with(0, rows) }],
  );
  if (!kept) throw new Error('Slice has one output');
  return kept;
}
