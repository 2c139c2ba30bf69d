import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';

/** Fields of a config that every architecture has. */
export interface CommonConfig {
  vocabSize: number;
  /** Context length in tokens. */
  positions: number;
  /** Width of the residual stream. */
  width: number;
  layers: number;
  /** Number of attention heads (queries). */
  heads: number;
  /** Number of key/value heads; each is shared by an equal number of query heads. */
  keyValueHeads: number;
  /** Width of one head. */
  headWidth: number;
  /** Width of the feed-forward block's inner layer. */
  innerWidth: number;
  /** Token that ends a document. */
  eos: number;
  /** Every token that ends a text, including `eos`. */
  ends: readonly number[];
  /** Token that a document begins with. */
  start: number;
  /** Null when the model has none, or names one outside its vocabulary, which no text can contain. */
  bos: number | null;
  pad: number | null;
  /** Whether the output head shares its matrix with the token embedding. */
  tied: boolean;
}

export const count = z.number().int().min(1).max(0x7fff_ffff);
/** The deepest published models have about a hundred layers, and every layer costs memory before it is read. */
export const layerCount = count.max(10_000);
export const tokenId = z.number().int();

/**
 * Fields of any config.json that do not affect inference: initialization (training uses its own), heads for other
 * tasks, defaults for Hugging Face's `generate` (replaced by Chispa's settings), and bookkeeping. Source:
 * transformers' `PretrainedConfig`, versions 2 to 5.
 */
const METADATA_FIELDS: ReadonlySet<string> = new Set([
  'initializer_range',
  // heads of other tasks
  'num_labels',
  'id2label',
  'label2id',
  'problem_type',
  'finetuning_task',
  'task_specific_params',
  // bookkeeping
  '_name_or_path',
  'name_or_path',
  '_commit_hash',
  '_attn_implementation_autoset',
  '_num_labels',
  'architectures',
  'auto_map',
  'transformers_version',
  'torch_dtype',
  'dtype',
  'torchscript',
  'tf_legacy_loss',
  'use_bfloat16',
  'tokenizer_class',
  'gradient_checkpointing',
  'use_cache',
  'return_dict',
  'return_dict_in_generate',
  'output_attentions',
  'output_hidden_states',
  'output_past',
  'output_scores',
  'is_decoder',
  'is_encoder_decoder',
  'prune_heads',
  'pruned_heads',
  'chunk_size_feed_forward',
  'xla_device',
  'cross_attention_hidden_size',
  'decoder_start_token_id',
  'tie_encoder_decoder',
  'sep_token_id',
  'unk_token_id',
  'prefix',
  // defaults for generate()
  'max_length',
  'min_length',
  'do_sample',
  'early_stopping',
  'num_beams',
  'num_beam_groups',
  'diversity_penalty',
  'temperature',
  'top_k',
  'top_p',
  'typical_p',
  'repetition_penalty',
  'length_penalty',
  'no_repeat_ngram_size',
  'encoder_no_repeat_ngram_size',
  'bad_words_ids',
  'num_return_sequences',
  'forced_bos_token_id',
  'forced_eos_token_id',
  'remove_invalid_values',
  'exponential_decay_length_penalty',
  'suppress_tokens',
  'begin_suppress_tokens',
]);

/**
 * Fields that published config.json files have, whose names sound like parts of the model, and which no version of
 * transformers' modeling code of these families reads.
 */
const NO_PARTS: ReadonlySet<string> = new Set([
  ...['_attn_implementation', 'attn_implementation', '_flash_attn_2_enabled', 'use_flash_attention_2'],
  '_remove_final_layer_norm', // OPT's, copied by tools that save every model alike
]);

/** Names of parts of a model. */
const PART =
  /(^|_)(act|activation|alibi|attn|attention|bias(es)?|blocks?|caps?|conv|cross|embd|embed\w*|experts?|factor|ffn|g?elu|glu|heads?|hidden|inner|intermediate|key|kv|layers?|logits?|mixture|mlp|moe|multipliers?|norm\w*|parallel|positions?|positional|qkv?|qk|quant\w*|query|relu|residual|rms|rope|rotary|router|scal(e|ing|ar)|soft(cap\w*|max)|tie|width|window)(_|$)/;
/** Names with such a part that concern training alone. */
const TRAINING = /(^|_)(\w*drop\w*|init\w*|labels?|loss\w*)(_|$)/;

/**
 * Whether a field that no class of transformers reads may tell what the model computes. transformers would ignore it, but a
 * file with such a field may be of a model with code of its own.
 */
const mayCompute = ([name, value]: [string, unknown]): boolean =>
  PART.test(name) && !TRAINING.test(name) && value !== null && value !== false;

/**
 * The names of fields in a config.json that neither transformers' class of this model, whose fields are `own`, nor
 * others use.
 */
export const foreignFields = (json: object, own: readonly string[]): string[] =>
  Object.keys(json).filter((name) => !own.includes(name) && !METADATA_FIELDS.has(name));

/**
 * Parses the fields that `schema` names. Other fields are ignored, as in transformers: those that are known to change
 * nothing, for any model or (`inert`) for this architecture, and those whose names have nothing to do with a model's parts.
 * The rest is rejected by name (`model-unsupported`).
 */
export function readFields<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$loose>,
  json: object,
  origin: string,
  inert: readonly string[],
): z.output<z.ZodObject<Shape, z.core.$loose>> {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unsupported(origin, `${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'malformed'}`);
  }
  const known = (name: string) =>
    name in schema.shape || METADATA_FIELDS.has(name) || NO_PARTS.has(name) || inert.includes(name);
  const [unknown] = Object.entries(json).find((field) => !known(field[0]) && mayCompute(field)) ?? [];
  if (unknown)
    throw unsupported(
      origin,
      `Chispa does not know its field ${unknown}, which may change what the model computes (if it does not, delete it from the file)`,
    );
  return parsed.data;
}

/** The token, or null where there is none or one that no text can hold. */
export const inVocabulary = (id: number | null | undefined, size: number): number | null =>
  id !== null && id !== undefined && id >= 0 && id < size ? id : null;

export const unsupported = (origin: string, why: string): ChispaError =>
  new ChispaError('model-unsupported', `${origin} describes a model Chispa cannot run: ${why}.`);
