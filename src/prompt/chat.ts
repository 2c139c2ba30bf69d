import type { ChatRecipe } from './recipe.ts';
import type { Speaker } from './speaker.ts';

/** The person's question about a theme, or for any joke. */
export const question = ({ joke, theme: about }: ChatRecipe, theme?: string): string =>
  theme === undefined ? joke : about.replaceAll('{theme}', () => theme.trim());

/**
 * Tokens of a conversation up to the answer. Only what the template wrote may be special tokens: when the question
 * names some, everything between the template's own special tokens is read as plain text.
 */
export function chatTokens({ tokenizer }: Speaker, { before, after }: ChatRecipe, asked: string): number[] {
  const parse = (text: string) => tokenizer.encode(text, { special: 'parse' });
  const count = (ids: readonly number[]) => ids.filter((id) => tokenizer.isSpecial(id)).length;
  const whole = parse(`${before}${asked}${after}`);
  const apart = [...parse(before), ...tokenizer.encode(asked), ...parse(after)];
  return count(whole) === count(apart) ? whole : apart;
}

/** The token that ends an answer. */
export const answerEnd = ({ config, tokenizer }: Speaker, { end }: ChatRecipe): number =>
  (end === undefined ? undefined : tokenizer.idOf(end)) ?? config.eos;
