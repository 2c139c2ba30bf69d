import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BYTE_OF_CHARACTER } from '../../src/models/byte-level.ts';
import { parseConfig } from '../../src/models/config.ts';
import { openSafetensors, readTensor } from '../../src/models/safetensors.ts';
import type { BenchPrecision } from './engines/engine.ts';

const F32 = 0;
const Q8_0 = 8;
const ALIGNMENT = 32;

/**
 * Writes the same weights as a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): F32, or Q8_0
 * quantized as llama.cpp does.
 */
export async function ggufModel(source: string, precision: BenchPrecision): Promise<string> {
  const path = join(source, `${precision}.gguf`);
  if (existsSync(path)) return path;
  const config = parseConfig(await readFile(join(source, 'config.json'), 'utf8'), 'bench');
  if (config.architecture !== 'gpt2') throw new Error('only a GPT-2 can be written as GGUF');
  const weights = await openSafetensors(join(source, 'model.safetensors'));
  const { width, layers, vocabSize, positions, innerWidth } = config;
  const matrixType = precision === 'q8' ? Q8_0 : F32;
  interface Entry {
    name: string;
    dims: number[];
    type: number;
    from: string;
    transposed: boolean;
  }
  const entries: Entry[] = [];
  const vector = (name: string, from: string, ...dims: number[]) =>
    entries.push({ name, dims, type: F32, from, transposed: false });
  const matrix = (name: string, from: string, inputs: number, outputs: number, transposed: boolean) =>
    entries.push({ name, dims: [inputs, outputs], type: matrixType, from, transposed });
  matrix('token_embd.weight', 'wte.weight', width, vocabSize, false);
  vector('position_embd.weight', 'wpe.weight', width, positions);
  matrix('output.weight', 'wte.weight', width, vocabSize, false);
  for (const part of ['weight', 'bias']) vector(`output_norm.${part}`, `ln_f.${part}`, width);
  for (let i = 0; i < layers; i++) {
    const sites = [
      ['attn_qkv', 'attn.c_attn', width, 3 * width],
      ['attn_output', 'attn.c_proj', width, width],
      ['ffn_up', 'mlp.c_fc', width, innerWidth],
      ['ffn_down', 'mlp.c_proj', innerWidth, width],
    ] as const;
    for (const [name, from, inputs, outputs] of sites) {
      matrix(`blk.${i}.${name}.weight`, `h.${i}.${from}.weight`, inputs, outputs, true);
      vector(`blk.${i}.${name}.bias`, `h.${i}.${from}.bias`, outputs);
    }
    for (const part of ['weight', 'bias']) {
      vector(`blk.${i}.attn_norm.${part}`, `h.${i}.ln_1.${part}`, width);
      vector(`blk.${i}.ffn_norm.${part}`, `h.${i}.ln_2.${part}`, width);
    }
  }
  const size = ({ dims, type }: Entry) => {
    const count = dims.reduce((a, b) => a * b, 1);
    return type === Q8_0 ? (count / 32) * 34 : 4 * count;
  };
  const characters = [...BYTE_OF_CHARACTER.keys()];
  const tokens = Array.from(
    { length: vocabSize },
    (_, i) => characters[i] ?? (i === vocabSize - 1 ? '<|endoftext|>' : `t${i}`),
  );
  const out = createWriter();
  out.raw('GGUF').u32(3).u64(entries.length).u64(17);
  out.text('general.architecture', 'gpt2').text('general.name', 'random');
  out.number('gpt2.context_length', positions).number('gpt2.embedding_length', width);
  out.number('gpt2.feed_forward_length', innerWidth).number('gpt2.block_count', layers);
  out
    .number('gpt2.attention.head_count', config.heads)
    .float('gpt2.attention.layer_norm_epsilon', config.layerNormEpsilon);
  out.number('general.file_type', precision === 'q8' ? 7 : 0).number('general.alignment', ALIGNMENT);
  out.text('tokenizer.ggml.model', 'gpt2').text('tokenizer.ggml.pre', 'gpt-2');
  out.number('tokenizer.ggml.bos_token_id', config.eos).number('tokenizer.ggml.eos_token_id', config.eos);
  out.texts('tokenizer.ggml.tokens', tokens).texts('tokenizer.ggml.merges', ['t 2']);
  out.types(
    'tokenizer.ggml.token_type',
    tokens.map((_, i) => (i === vocabSize - 1 ? 3 : 1)),
  );
  let offset = 0;
  for (const entry of entries) {
    out.string(entry.name).u32(entry.dims.length);
    for (const dim of entry.dims) out.u64(dim);
    out.u32(entry.type).u64(offset);
    offset += aligned(size(entry));
  }
  const file = await open(`${path}.incomplete`, 'w');
  await file.writeFile(padded(out.bytes()));
  for (const entry of entries) {
    const values = await readTensor(weights, entry.from);
    const [inputs = 0, outputs = 1] = entry.dims;
    const rows = entry.transposed ? transposed(values, inputs, outputs) : values;
    await file.writeFile(padded(entry.type === Q8_0 ? q8(rows) : new Uint8Array(rows.buffer)));
  }
  await file.close();
  await rename(`${path}.incomplete`, path);
  return path;
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(aligned(bytes.length));
  whole.set(bytes);
  return whole;
}

/** [inputs, outputs] → [outputs, inputs]. */
function transposed(values: Float32Array, inputs: number, outputs: number): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) turned[o * inputs + i] = values[i * outputs + o] ?? 0;
  return turned;
}

/** ggml's Q8_0: 32 weights with one half-precision scale, the largest at ±127. */
function q8(values: Float32Array): Uint8Array {
  const blocks = values.length / 32;
  const bytes = new Uint8Array(blocks * 34);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[block * 32 + i] ?? 0));
    const scale = largest / 127;
    view.setUint16(block * 34, half(scale), true);
    for (let i = 0; i < 32; i++)
      view.setInt8(block * 34 + 2 + i, scale ? Math.round((values[block * 32 + i] ?? 0) / scale) : 0);
  }
  return bytes;
}

/** A small positive number in half precision. */
function half(value: number): number {
  if (value < 2 ** -24) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const mantissa = Math.round((value / 2 ** exponent) * 1024);
  return value < 2 ** -14 ? Math.round(value * 2 ** 24) : ((exponent + 15) << 10) + mantissa - 1024;
}

/** Builds a GGUF header; each metadata method appends a key and a typed value. */
function createWriter() {
  const parts: Buffer[] = [];
  const writer = {
    raw: (text: string) => push(Buffer.from(text)),
    u32: (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return push(bytes);
    },
    u64: (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      return push(bytes);
    },
    string: (text: string) => {
      writer.u64(Buffer.byteLength(text)).raw(text);
      return writer;
    },
    text: (key: string, value: string) => {
      writer.string(key).u32(8).string(value);
      return writer;
    },
    number: (key: string, value: number) => {
      writer.string(key).u32(4).u32(value);
      return writer;
    },
    float: (key: string, value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value);
      writer.string(key).u32(6);
      return push(bytes);
    },
    texts: (key: string, values: string[]) => {
      writer.string(key).u32(9).u32(8).u64(values.length);
      for (const value of values) writer.string(value);
      return writer;
    },
    types: (key: string, values: number[]) => {
      writer.string(key).u32(9).u32(5).u64(values.length);
      for (const value of values) writer.u32(value);
      return writer;
    },
    bytes: () => Buffer.concat(parts),
  };
  function push(bytes: Buffer) {
    parts.push(bytes);
    return writer;
  }
  return writer;
}
