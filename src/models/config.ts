import { ChispaError } from '../lib/errors.ts';
import { foreignFields, unsupported } from './config-fields.ts';
import { GPT2_FIELDS, type Gpt2Config, gpt2Config } from './gpt2-config.ts';
import { isLlama, LLAMA_FAMILY, LLAMA_FIELDS, type LlamaConfig, llamaConfig } from './llama-config.ts';

/** The shape of a model, from Hugging Face's config.json: everything that affects what the model computes. */
export type ModelConfig = Gpt2Config | LlamaConfig;

/**
 * Parses the text of a config.json. Each field that changes what the model computes is honored or rejected by name
 * (`model-unsupported`). `origin` names the file in errors.
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

/** The names of fields that were ignored because they mean nothing to a model of this architecture. */
export const ignoredFields = (text: string, { architecture }: ModelConfig): string[] =>
  foreignFields(jsonObject(text, 'config.json'), { gpt2: GPT2_FIELDS, llama: LLAMA_FIELDS }[architecture]);

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
