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
import { type RotaryConfig, rotaryConfig, rotaryFields } from './rotary-config.ts';

/**
 * The shape of a model of Llama's family: Llama, Mistral, Qwen 2 and 3, and every model that declares itself one of
 * them.
 */
export interface LlamaConfig extends CommonConfig {
  architecture: 'llama';
  /** The member of the family that it declares itself to be (`model_type`). */
  member: Member;
  normEpsilon: number;
  rotary: RotaryConfig;
  /** Which linear layers have a bias. */
  biases: { queryKeyValue: boolean; output: boolean; feedForward: boolean };
  /** Whether queries and keys are normalized, each head separately (Qwen 3). */
  headNorm: boolean;
}

/** Differences between members of the family, and transformers' defaults for missing fields. */
const MEMBERS = {
  llama: { vocabulary: 32_000, inner: 11_008, positions: 2048, bos: 1, eos: 2 },
  mistral: { vocabulary: 32_000, inner: 14_336, positions: 131_072, keyValueHeads: 8, bos: 1, eos: 2 },
  qwen2: { vocabulary: 151_936, inner: 22_016, positions: 32_768, keyValueHeads: 32, bos: null, eos: null },
  qwen3: {
    vocabulary: 151_936,
    inner: 22_016,
    positions: 32_768,
    keyValueHeads: 32,
    headWidth: 128,
    bos: null,
    eos: null,
  },
} as const;
export type Member = keyof typeof MEMBERS;
export const LLAMA_FAMILY = Object.keys(MEMBERS) as readonly Member[];

export const isLlama = (type: unknown): type is Member =>
  typeof type === 'string' && Object.hasOwn(MEMBERS, type);

const fields = z.looseObject({
  model_type: z.string(),
  vocab_size: count.optional(),
  hidden_size: count.default(4096),
  intermediate_size: count.optional(),
  num_hidden_layers: layerCount.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count.optional(),
  hidden_act: z.literal('silu', 'the family has silu').default('silu'),
  rms_norm_eps: z.number().positive().max(1).default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().default(false),
  layer_types: z.array(z.literal('full_attention', 'only full attention is known')).nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]).nullish(),
  bos_token_id: tokenId.nullish(),
  pad_token_id: tokenId.nullish(),
  ...rotaryFields,
});

/** Fields that do not affect inference. */
const INERT = [
  'attention_dropout',
  'hidden_dropout',
  // how the weights were split during training; the products are the same
  'pretraining_tp',
  // the layer from which a window is used, if there is one
  'max_window_layers',
  'rope_interleaved',
  'is_llama_config',
];

/** The fields of a config.json of the family that mean something to transformers. */
export const LLAMA_FIELDS: readonly string[] = [...Object.keys(fields.shape), ...INERT];

/** Parses the JSON config of a member of the family; `origin` names the file in errors. Throws `model-unsupported`. */
export function llamaConfig(json: object, type: Member, origin: string): LlamaConfig {
  const member: (typeof MEMBERS)[Member] & { keyValueHeads?: number; headWidth?: number } = MEMBERS[type];
  const config = readFields(fields, json, origin, INERT);
  const { hidden_size: width, num_attention_heads: heads } = config;
  const vocabSize = config.vocab_size ?? member.vocabulary;
  const keyValueHeads = config.num_key_value_heads ?? defaultOf(config, 'num_key_value_heads', member.keyValueHeads) ?? heads; // biome-ignore format: one line
  const headWidth = config.head_dim ?? defaultOf(config, 'head_dim', member.headWidth) ?? width / heads;
  if (heads % keyValueHeads !== 0)
    throw unsupported(
      origin,
      `num_attention_heads ${heads} cannot be divided among num_key_value_heads ${keyValueHeads}`,
    );
  if (!Number.isInteger(headWidth))
    throw unsupported(origin, `hidden_size ${width} cannot be divided among num_attention_heads ${heads}`);
  if (headWidth % 2 !== 0)
    throw unsupported(origin, `head_dim ${headWidth} is odd: its numbers turn in pairs`);

  const eosIds = config.eos_token_id === undefined ? member.eos : config.eos_token_id;
  const ends = [eosIds ?? []].flat();
  const [eos] = ends;
  if (eos === undefined || ends.some((id) => id < 0 || id >= vocabSize))
    throw unsupported(
      origin,
      `eos_token_id ${JSON.stringify(eosIds)} is not in its vocabulary of ${vocabSize}`,
    );
  const bos = inVocabulary(config.bos_token_id === undefined ? member.bos : config.bos_token_id, vocabSize);
  const positions = config.max_position_embeddings ?? member.positions;

  return {
    architecture: 'llama',
    member: type,
    vocabSize,
    positions: withinWindow(positions, type, config, origin),
    width,
    layers: config.num_hidden_layers,
    heads,
    keyValueHeads,
    headWidth,
    innerWidth: config.intermediate_size ?? member.inner,
    normEpsilon: config.rms_norm_eps,
    rotary: rotaryConfig({ ...config, max_position_embeddings: positions }, origin),
    biases: {
      queryKeyValue: type === 'qwen2' || config.attention_bias,
      output: type !== 'qwen2' && config.attention_bias,
      feedForward: config.mlp_bias,
    },
    headNorm: type === 'qwen3',
    eos,
    ends,
    start: bos ?? eos,
    bos,
    pad: inVocabulary(config.pad_token_id, vocabSize),
    tied: config.tie_word_embeddings,
  };
}

/** transformers' default for a missing field; null is a value of its own. */
const defaultOf = <T>(config: object, field: string, value: T): T | undefined =>
  field in config ? undefined : value;

/**
 * Number of tokens within which windowed attention equals full attention. Mistral's layers have a window whenever one
 * is given; Qwen's have one only when told to use it.
 */
function withinWindow(
  positions: number,
  type: Member,
  config: { sliding_window?: number | null | undefined; use_sliding_window: boolean },
  origin: string,
): number {
  if (config.use_sliding_window) throw unsupported(origin, 'use_sliding_window: window layers are not known');
  const window =
    type === 'mistral' ? (config.sliding_window === undefined ? 4096 : config.sliding_window) : null;
  return Math.min(positions, window ?? positions);
}
