import { type ModelShape, SHAPES } from '../decode/random-model.ts';

/** The models that the GPU benchmark runs; the tiny ones only show that everything works. */
export const GPU_SHAPES: Record<string, ModelShape> = {
  ...SHAPES,
  tiny: {
    model_type: 'gpt2',
    ...{ vocab_size: 512, n_positions: 256, n_embd: 64, n_layer: 2, n_head: 2 },
    ...{ bos_token_id: 511, eos_token_id: 511 },
  } as ModelShape,
  'tiny-qwen3': {
    model_type: 'qwen3',
    ...{ vocab_size: 512, max_position_embeddings: 256, hidden_size: 64, intermediate_size: 128 },
    ...{ num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 32 },
    ...{ rms_norm_eps: 1e-6, rope_theta: 1_000_000, tie_word_embeddings: true },
    ...{ bos_token_id: 511, eos_token_id: 511 },
  } as ModelShape,
};

/** One thing to measure. */
export interface Case {
  shape: string;
  engine: 'webgpu' | 'torch';
  /** Of WebGPU: `fp32`, `fp16`, `q8`, `q4`. Of PyTorch: `float32` or `bfloat16`. */
  precision: string;
  /** Of PyTorch. */
  variant?: 'eager' | 'compiled';
  /** Rows of one token each, or, of training, of `length` tokens. */
  batches: number[];
  /** How tokens are chosen; `train`: not decoding, but steps of training. */
  decoder: 'greedy' | 'bot' | 'train';
  steps: number;
  /** Of training: tokens in a row. */
  length?: number;
  /** Of training: adapters on all linear layers instead of all weights. */
  lora?: { rank: number; alpha: number };
  /** Not how long a step takes, but what in it does (`profile.ts`). */
  profile?: true;
}

/** A line of the results. */
export interface Measurement extends Omit<Case, 'batches'> {
  batch?: number;
  /** Milliseconds of a step: the median. */
  step?: number;
  tokensPerSecond?: number;
  /** Milliseconds of a step until onnxruntime has handed the model's operations to the device. */
  submit?: number;
  /** Bytes that crossed the bus in a step, in and out. */
  bus?: number;
  /** Share of the largest logit's spread by which logits differ from the CPU's in fp32, and same likeliest tokens. */
  error?: number;
  sameTop?: number;
  kernels?: Kernel[];
  note?: string;
}

/** A kind of operation on the device: how often a step runs it, and for how many milliseconds in all. */
export interface Kernel {
  name: string;
  count: number;
  milliseconds: number;
}

/** How a measurement is named in a table. */
export const described = ({ precision, variant, lora }: Omit<Case, 'batches'>): string =>
  [precision, variant, lora && 'LoRA'].filter(Boolean).join(' ');
