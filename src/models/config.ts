import { ChispaError } from '../lib/errors.ts';
import { unsupported } from './config-fields.ts';
import { type Gpt2Config, gpt2Config } from './gpt2-config.ts';
import { isLlama, LLAMA_FAMILY, type LlamaConfig, llamaConfig } from './llama-config.ts';

/** The shape of a model, from Hugging Face's config.json: everything that changes what the model computes. */
export type ModelConfig = Gpt2Config | LlamaConfig;

/** What a config says whatever the architecture. */
export interface CommonConfig {
  vocabSize: number;
  /** Tokens the model can see at once. */
  positions: number;
  /** Width of the residual stream. */
  width: number;
  layers: number;
  /** Attention heads that ask. */
  heads: number;
  /** Attention heads that are asked, each by a group of equally many of the others. */
  keyValueHeads: number;
  /** Width of one head. */
  headWidth: number;
  /** Width inside the feed-forward block. */
  innerWidth: number;
  /** Token that ends a document. */
  eos: number;
  /** Every token that ends a text, `eos` among them. */
  ends: readonly number[];
  /** Token that a document begins with. */
  start: number;
  /** Null where the model has none, or names one outside its vocabulary, which no text can hold. */
  bos: number | null;
  pad: number | null;
  /** The output head shares its matrix with the token embedding. */
  tied: boolean;
}

/**
 * Reads the text of a config.json. What it says is honored or refused by name (`model-unsupported`), never ignored.
 * `origin` names the file in errors.
 */
export function parseConfig(text: string, origin: string): ModelConfig {
  const json = jsonObject(text, origin);
  const type = 'model_type' in json ? json.model_type : 'gpt2';
  if (type === 'gpt2') return gpt2Config(json, origin);
  if (isLlama(type)) return llamaConfig(json, type, origin);
  throw unsupported(
    origin,
    `model_type ${JSON.stringify(type)} is not among ${['gpt2', ...LLAMA_FAMILY].join(', ')}`,
  );
}

function jsonObject(text: string, origin: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('model-damaged', `${origin} is not JSON. Import the model again.`, { cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw unsupported(origin, 'its content is not an object');
}
