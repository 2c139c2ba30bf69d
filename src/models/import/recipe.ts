import { z } from 'zod';
import { houseRecipe } from '../../prompt/few-shot.ts';
import type { Recipe } from '../../prompt/recipe.ts';
import { wrong } from '../../prompt/render.ts';
import { renderChat } from '../../prompt/render-chat.ts';
import type { ModelConfig } from '../config.ts';
import type { Tokenizer } from '../tokenizer.ts';

export const CHAT_TEMPLATE_FILE = 'chat_template.jinja';

const named = z.array(z.looseObject({ name: z.string(), template: z.string() }));
const fields = z.looseObject({ chat_template: z.union([z.string(), named]).nullish() });

/**
 * The chat template of a Hugging Face folder: its own file, or else what tokenizer_config.json says, where several have
 * names. Undefined for a base model.
 */
export function chatTemplateOf(
  file: string | undefined,
  tokenizerConfig: string | undefined,
): string | undefined {
  if (file !== undefined) return file;
  const parsed = fields.safeParse(JSON.parse(tokenizerConfig ?? '{}'));
  if (!parsed.success)
    throw wrong('chat_template in tokenizer_config.json is neither a text nor a list of named ones');
  const { chat_template: stated } = parsed.data;
  return Array.isArray(stated)
    ? (stated.find(({ name }) => name === 'default') ?? stated[0])?.template
    : (stated ?? undefined);
}

/** How a model is asked that has no recipe: by its chat template if it has one, otherwise below a few jokes of the house. */
export const recipeFor = (
  template: string | undefined,
  config: Pick<ModelConfig, 'bos' | 'eos'>,
  tokenizer: Pick<Tokenizer, 'tokenText'>,
): Promise<Recipe> | Recipe =>
  template === undefined ? houseRecipe() : renderChat(asTemplate(template, config, tokenizer));

/** A template with the names of the tokens that it may write. */
export const asTemplate = (
  source: string,
  { bos, eos }: Pick<ModelConfig, 'bos' | 'eos'>,
  tokenizer: Pick<Tokenizer, 'tokenText'>,
) => ({ source, bos: bos === null ? '' : tokenizer.tokenText(bos), eos: tokenizer.tokenText(eos) });
