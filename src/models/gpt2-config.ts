import { z } from 'zod';
import {
  type CommonConfig,
  count,
  inVocabulary,
  layerCount,
  readFields,
  tokenId,
  unsupported,
} from './config-fields.ts';

export type Activation = 'gelu_new' | 'gelu' | 'relu' | 'silu' | 'tanh';

/** The shape of a GPT-2, from Hugging Face's config.json: everything that affects what the model computes. */
export interface Gpt2Config extends CommonConfig {
  architecture: 'gpt2';
  layerNormEpsilon: number;
  activation: Activation;
  /** Attention scores are divided by √(head width). */
  scaleAttentionWeights: boolean;
  /** Attention scores of layer i are further divided by i + 1. */
  scaleAttentionByInverseLayer: boolean;
}

/** Hugging Face's names of activations, with different names for the same function mapped to one. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_python_tanh: 'gelu_new',
  gelu_accurate: 'gelu_new',
  gelu: 'gelu',
  gelu_python: 'gelu',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
};

/** Defaults from transformers' `GPT2Config` for fields that a config.json leaves out. */
const fields = z.looseObject({
  model_type: z.literal('gpt2').default('gpt2'),
  vocab_size: count.default(50257),
  n_positions: count.default(1024),
  n_embd: count.default(768),
  n_layer: layerCount.default(12),
  n_head: count.default(12),
  n_inner: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: z.number().positive().max(1).default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  // Only reorders the same operations for half precision. We compute in float32, where the result is the same.
  reorder_and_upcast_attn: z.boolean().default(false),
  add_cross_attention: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(true),
  eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]).nullish(),
  bos_token_id: tokenId.nullish(),
  pad_token_id: tokenId.nullish(),
});

/** Fields of transformers' `GPT2Config` that do not affect inference. */
const INERT = [
  'attn_pdrop',
  'embd_pdrop',
  'resid_pdrop',
  // heads of other tasks
  'summary_activation',
  'summary_first_dropout',
  'summary_proj_to_labels',
  'summary_type',
  'summary_use_proj',
  // size of the old attention mask buffer; the position embedding decides the context
  'n_ctx',
];

/** Alternative names that transformers accepts for fields of a `GPT2Config` (its `attribute_map`). */
const ALIASES = {
  hidden_size: 'n_embd',
  max_position_embeddings: 'n_positions',
  num_attention_heads: 'n_head',
  num_hidden_layers: 'n_layer',
};

/** The fields of a GPT-2's config.json that mean something to transformers. */
export const GPT2_FIELDS: readonly string[] = [
  ...Object.keys(fields.shape),
  ...Object.keys(ALIASES),
  ...INERT,
];

function withoutAliases(json: object, origin: string): object {
  const own: Record<string, unknown> = { ...json };
  for (const [alias, name] of Object.entries(ALIASES)) {
    if (!(alias in own)) continue;
    if (name in own && own[name] !== own[alias])
      throw unsupported(origin, `its ${alias} ${own[alias]} contradicts its ${name} ${own[name]}`);
    own[name] = own[alias];
    delete own[alias];
  }
  return own;
}

/** Parses a GPT-2's JSON config; `origin` names the file in errors. Throws `model-unsupported`. */
export function gpt2Config(json: object, origin: string): Gpt2Config {
  const config = readFields(fields, withoutAliases(json, origin), origin, INERT);
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
  const eosIds = config.eos_token_id === undefined ? 50256 : config.eos_token_id;
  const ends = [eosIds ?? []].flat();
  const [eos] = ends;
  if (eos === undefined || ends.some((id) => id < 0 || id >= config.vocab_size))
    throw unsupported(
      origin,
      `eos_token_id ${JSON.stringify(eosIds)} is not in its vocabulary of ${config.vocab_size}`,
    );
  const bos = config.bos_token_id === undefined ? 50256 : config.bos_token_id;

  return {
    architecture: 'gpt2',
    vocabSize: config.vocab_size,
    positions: config.n_positions,
    width: config.n_embd,
    layers: config.n_layer,
    heads: config.n_head,
    keyValueHeads: config.n_head,
    headWidth: config.n_embd / config.n_head,
    innerWidth: config.n_inner ?? 4 * config.n_embd,
    layerNormEpsilon: config.layer_norm_epsilon,
    activation,
    scaleAttentionWeights: config.scale_attn_weights,
    scaleAttentionByInverseLayer: config.scale_attn_by_inverse_layer_idx,
    eos,
    ends,
    start: eos,
    bos: inVocabulary(bos, config.vocab_size),
    pad: inVocabulary(config.pad_token_id, config.vocab_size),
    tied: config.tie_word_embeddings,
  };
}
