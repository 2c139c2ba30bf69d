import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import { METADATA_FIELDS } from './config-fields.ts';

export type Activation = 'gelu_new' | 'gelu' | 'relu' | 'silu' | 'tanh';

/** The shape of a GPT-2, from Hugging Face's config.json: everything that changes what the model computes. */
export interface Gpt2Config {
  vocabSize: number;
  /** Tokens the model can see at once (`n_positions`). */
  positions: number;
  /** Width of the residual stream (`n_embd`). */
  width: number;
  layers: number;
  heads: number;
  /** Width inside the feed-forward block (`n_inner`, 4 × width unless stated). */
  innerWidth: number;
  layerNormEpsilon: number;
  activation: Activation;
  /** Attention scores are divided by √(width / heads). */
  scaleAttentionWeights: boolean;
  /** Attention scores of layer i are further divided by i + 1. */
  scaleAttentionByInverseLayer: boolean;
  /** Token that ends a text. */
  eos: number;
  /** Null where the model has none, or names one outside its vocabulary, which no text can hold. */
  bos: number | null;
  pad: number | null;
  /** The output head shares its matrix with the token embedding. */
  tied: boolean;
}

/** Hugging Face's names of activations; those that are the same function under another name share one. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu: 'gelu',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
};

const count = z.number().int().min(1).max(0x7fff_ffff);
const tokenId = z.number().int().nullish();

/** Defaults are those of transformers' `GPT2Config`, which apply where a config.json leaves a field out. */
const fields = z.looseObject({
  model_type: z.literal('gpt2').default('gpt2'),
  vocab_size: count.default(50257),
  n_positions: count.default(1024),
  n_embd: count.default(768),
  n_layer: count.default(12),
  n_head: count.default(12),
  n_inner: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: z.number().positive().max(1).default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  // Only the order of the same operations, for half precision's sake; we compute in float32, where it is the same.
  reorder_and_upcast_attn: z.boolean().default(false),
  add_cross_attention: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(true),
  eos_token_id: tokenId,
  bos_token_id: tokenId,
  pad_token_id: tokenId,
});

/**
 * Reads the text of a config.json. What it says is honoured or refused by name (`model-unsupported`), never ignored.
 * `origin` names the file in errors.
 */
export function parseConfig(text: string, origin: string): Gpt2Config {
  const parsed = fields.safeParse(jsonObject(text, origin));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unsupported(origin, `${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'malformed'}`);
  }
  const config = parsed.data;
  const unknown = Object.keys(config).find((name) => !(name in fields.shape) && !METADATA_FIELDS.has(name));
  if (unknown) throw unsupported(origin, `Chispa does not know its field ${unknown} and will not ignore it`);

  const activation = Object.hasOwn(ACTIVATIONS, config.activation_function)
    ? ACTIVATIONS[config.activation_function]
    : undefined;
  if (!activation)
    throw unsupported(
      origin,
      `activation_function ${config.activation_function} is not among ${Object.keys(ACTIVATIONS).join(', ')}`,
    );
  if (config.n_embd % config.n_head !== 0)
    throw unsupported(origin, `n_embd ${config.n_embd} cannot be divided among n_head ${config.n_head}`);
  const eos = config.eos_token_id === undefined ? 50256 : config.eos_token_id;
  if (eos === null || eos < 0 || eos >= config.vocab_size)
    throw unsupported(origin, `eos_token_id ${eos} is not in its vocabulary of ${config.vocab_size}`);
  const inVocabulary = (id: number | null) => (id !== null && id >= 0 && id < config.vocab_size ? id : null);

  return {
    vocabSize: config.vocab_size,
    positions: config.n_positions,
    width: config.n_embd,
    layers: config.n_layer,
    heads: config.n_head,
    innerWidth: config.n_inner ?? 4 * config.n_embd,
    layerNormEpsilon: config.layer_norm_epsilon,
    activation,
    scaleAttentionWeights: config.scale_attn_weights,
    scaleAttentionByInverseLayer: config.scale_attn_by_inverse_layer_idx,
    eos,
    bos: inVocabulary(config.bos_token_id === undefined ? 50256 : config.bos_token_id),
    pad: inVocabulary(config.pad_token_id ?? null),
    tied: config.tie_word_embeddings,
  };
}

function jsonObject(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('model-damaged', `${origin} is not JSON. Import the model again.`, { cause });
  }
}

const unsupported = (origin: string, why: string) =>
  new ChispaError('model-unsupported', `${origin} describes a model Chispa cannot run: ${why}.`);
