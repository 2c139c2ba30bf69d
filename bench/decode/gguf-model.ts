import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BYTE_OF_CHARACTER } from '../../src/models/byte-level.ts';
import { type ModelConfig, parseConfig } from '../../src/models/config.ts';
import type { Gpt2Config } from '../../src/models/gpt2-config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import type { LlamaConfig } from '../../src/models/llama-config.ts';
import { openSafetensors, readTensor } from '../../src/models/safetensors.ts';
import { findTensor } from '../../src/models/shapes.ts';
import type { BenchPrecision } from './engines/engine.ts';
import { type BlockFormat, F32, Q4_0, Q8_0 } from './ggml-blocks.ts';
import { createHeader } from './gguf-header.ts';

const ALIGNMENT = 32;

/** Formats of matrices, with ggml's numbers for files of them. */
const FORMATS: Record<BenchPrecision, { format: BlockFormat; fileType: number }> = {
  fp32: { format: F32, fileType: 0 },
  q8: { format: Q8_0, fileType: 7 },
  q4: { format: Q4_0, fileType: 2 },
};

/** A tensor of the file, made from one of ours. */
interface Entry {
  name: string;
  from: string;
  /** ggml's order: the innermost length, that of a matrix's inputs, first. */
  dims: number[];
  matrix: boolean;
  /** Whether ours is [in, out]: ggml's is [out, in]. */
  inputsFirst?: boolean;
}

/**
 * Writes the same weights as a GGUF file: matrices as F32, Q8_0 or Q4_0, rounded as llama.cpp does (`llama-quantize
 * --pure`), the rest as F32.
 */
export async function ggufModel(source: string, precision: BenchPrecision): Promise<string> {
  const path = join(source, `${precision}.gguf`);
  if (existsSync(path)) return path;
  const config = parseConfig(await readFile(join(source, 'config.json'), 'utf8'), 'bench');
  const layout = layoutOf(config);
  const weights = await openSafetensors(join(source, 'model.safetensors'));
  const { format, fileType } = FORMATS[precision];
  const header = createHeader();
  const entries = config.architecture === 'gpt2' ? gpt2(config, header) : llama(config, header);
  header.number('general.file_type', fileType);
  header.number('general.alignment', ALIGNMENT);
  vocabulary(config, header);

  let end = 0;
  const placed = entries.map((entry) => {
    const { type, bytes } = entry.matrix ? format : F32;
    const offset = end;
    end += aligned(bytes(entry.dims.reduce((a, b) => a * b, 1)));
    return { ...entry, type, offset };
  });
  const file = await open(`${path}.incomplete`, 'w');
  await file.writeFile(padded(header.bytes(placed)));
  for (const { from, dims, matrix, inputsFirst } of entries) {
    const values = await readTensor(weights, findTensor(weights, layout, from)?.name ?? from);
    const [inputs = 0, outputs = 1] = dims;
    const rows = inputsFirst ? transposed(values, inputs, outputs) : values;
    await file.writeFile(padded((matrix ? format : F32).encode(rows)));
  }
  await file.close();
  await rename(`${path}.incomplete`, path);
  return path;
}

type Header = ReturnType<typeof createHeader>;

function gpt2(config: Gpt2Config, header: Header): Entry[] {
  const { width, layers, vocabSize, positions, innerWidth, heads, layerNormEpsilon } = config;
  header.text('general.architecture', 'gpt2');
  header.number('gpt2.context_length', positions);
  header.number('gpt2.embedding_length', width);
  header.number('gpt2.feed_forward_length', innerWidth);
  header.number('gpt2.block_count', layers);
  header.number('gpt2.attention.head_count', heads);
  header.float('gpt2.attention.layer_norm_epsilon', layerNormEpsilon);
  header.text('tokenizer.ggml.pre', 'gpt-2');
  const vector = (name: string, from: string, ...dims: number[]): Entry => ({ name, from, dims, matrix: false }); // biome-ignore format: one line
  const norm = (name: string, from: string) =>
    ['weight', 'bias'].map((part) => vector(`${name}.${part}`, `${from}.${part}`, width));
  const table = { from: 'wte.weight', dims: [width, vocabSize], matrix: true };
  const block = (i: number): Entry[] => [
    ...norm(`blk.${i}.attn_norm`, `h.${i}.ln_1`),
    ...norm(`blk.${i}.ffn_norm`, `h.${i}.ln_2`),
    ...(
      [
        ['attn_qkv', 'attn.c_attn', width, 3 * width],
        ['attn_output', 'attn.c_proj', width, width],
        ['ffn_up', 'mlp.c_fc', width, innerWidth],
        ['ffn_down', 'mlp.c_proj', innerWidth, width],
      ] as const
    ).flatMap(([name, from, inputs, outputs]) => [
      { name: `blk.${i}.${name}.weight`, from: `h.${i}.${from}.weight`, dims: [inputs, outputs], matrix: true, inputsFirst: true },
      vector(`blk.${i}.${name}.bias`, `h.${i}.${from}.bias`, outputs),
    ]), // biome-ignore format: one line per tensor
  ];
  return [
    { name: 'token_embd.weight', ...table },
    { name: 'output.weight', ...table },
    vector('position_embd.weight', 'wpe.weight', width, positions),
    ...norm('output_norm', 'ln_f'),
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
  ];
}

function llama(config: LlamaConfig, header: Header): Entry[] {
  // Another member's queries and keys would have to be stored in another order (llama.cpp rotates neighbors).
  if (config.member !== 'qwen3') throw new Error(`a ${config.member} cannot be written as GGUF`);
  const { width, layers, vocabSize, positions, innerWidth, heads, keyValueHeads, headWidth } = config;
  header.text('general.architecture', 'qwen3');
  header.number('qwen3.context_length', positions);
  header.number('qwen3.embedding_length', width);
  header.number('qwen3.feed_forward_length', innerWidth);
  header.number('qwen3.block_count', layers);
  header.number('qwen3.attention.head_count', heads);
  header.number('qwen3.attention.head_count_kv', keyValueHeads);
  header.number('qwen3.attention.key_length', headWidth);
  header.number('qwen3.attention.value_length', headWidth);
  header.float('qwen3.attention.layer_norm_rms_epsilon', config.normEpsilon);
  header.float('qwen3.rope.freq_base', config.rotary.theta);
  header.text('tokenizer.ggml.pre', 'qwen2');
  const vector = (name: string, from: string, length: number): Entry => ({ name, from: `${from}.weight`, dims: [length], matrix: false }); // biome-ignore format: one line
  const matrix = (name: string, from: string, inputs: number, outputs: number): Entry => ({ name, from: `${from}.weight`, dims: [inputs, outputs], matrix: true }); // biome-ignore format: one line
  const block = (i: number): Entry[] => {
    const [to, from] = [`blk.${i}`, `layers.${i}`];
    return [
      vector(`${to}.attn_norm.weight`, `${from}.input_layernorm`, width),
      matrix(`${to}.attn_q.weight`, `${from}.self_attn.q_proj`, width, heads * headWidth),
      matrix(`${to}.attn_k.weight`, `${from}.self_attn.k_proj`, width, keyValueHeads * headWidth),
      matrix(`${to}.attn_v.weight`, `${from}.self_attn.v_proj`, width, keyValueHeads * headWidth),
      matrix(`${to}.attn_output.weight`, `${from}.self_attn.o_proj`, heads * headWidth, width),
      vector(`${to}.attn_q_norm.weight`, `${from}.self_attn.q_norm`, headWidth),
      vector(`${to}.attn_k_norm.weight`, `${from}.self_attn.k_norm`, headWidth),
      vector(`${to}.ffn_norm.weight`, `${from}.post_attention_layernorm`, width),
      matrix(`${to}.ffn_gate.weight`, `${from}.mlp.gate_proj`, width, innerWidth),
      matrix(`${to}.ffn_up.weight`, `${from}.mlp.up_proj`, width, innerWidth),
      matrix(`${to}.ffn_down.weight`, `${from}.mlp.down_proj`, innerWidth, width),
    ];
  };
  return [
    matrix('token_embd.weight', 'embed_tokens', width, vocabSize), // also the head
    vector('output_norm.weight', 'norm', width),
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
  ];
}

/** The made-up tokens of the random model, as far as llama.cpp needs them. */
function vocabulary({ vocabSize, eos }: ModelConfig, header: Header): void {
  const characters = [...BYTE_OF_CHARACTER.keys()];
  const tokens = Array.from({ length: vocabSize }, (_, i) =>
    i === eos ? '<|endoftext|>' : (characters[i] ?? `t${i}`),
  );
  header.text('tokenizer.ggml.model', 'gpt2');
  header.number('tokenizer.ggml.bos_token_id', eos);
  header.number('tokenizer.ggml.eos_token_id', eos);
  header.texts('tokenizer.ggml.tokens', tokens);
  header.texts('tokenizer.ggml.merges', ['t 2']);
  const [NORMAL, CONTROL] = [1, 3];
  header.numbers('tokenizer.ggml.token_type', tokens.map((_, i) => (i === eos ? CONTROL : NORMAL))); // biome-ignore format: one call
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
