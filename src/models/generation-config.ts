import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import type { ModelConfig } from './config.ts';

/** Hugging Face's defaults for `generate`. Chispa uses its own, except for the tokens that end a text. */
export const GENERATION_CONFIG_FILE = 'generation_config.json';

const fields = z.looseObject({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
});

/**
 * The config with every end token from its generation_config.json: a chat model ends its turn with a different token
 * than a document. Tokens outside the vocabulary are dropped, since no text can contain them. `origin` names the file
 * in errors.
 */
export function withEnds<Config extends ModelConfig>(config: Config, text: string, origin: string): Config {
  const { eos_token_id: ids } = parse(text, origin);
  const more = [ids ?? []].flat().filter((id) => id >= 0 && id < config.vocabSize);
  return more.reduce(withEnd, config);
}

/** The config with one more token that ends texts. */
export const withEnd = <Config extends ModelConfig>(config: Config, id: number): Config =>
  config.ends.includes(id) ? config : { ...config, ends: [...config.ends, id] };

function parse(text: string, origin: string): z.infer<typeof fields> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('model-damaged', `${origin} is not JSON. Import the model again.`, { cause });
  }
  const parsed = fields.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ChispaError(
    'model-damaged',
    `${origin} is wrong: eos_token_id is neither a token id nor a list of them. Import the model again.`,
  );
}
