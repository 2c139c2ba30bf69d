import type { Speaker } from './speaker.ts';

/**
 * Tokens of one of a plain recipe's templates. `{eot}` is the token that documents begin with. `{theme}` and
 * `{text}` are replaced by `values`, which are tokenized as plain text together with the surrounding template text.
 */
export function templateTokens(
  { config, tokenizer }: Speaker,
  template: string,
  values: Readonly<Record<string, string>> = {},
): number[] {
  return template.split('{eot}').flatMap((part, i) => {
    const text = part.replace(/\{(theme|text)\}/g, (_, name: string) => values[name] ?? '');
    return [...(i > 0 ? [config.start] : []), ...tokenizer.encode(text)];
  });
}

/**
 * The visible part of a template, after its last `{eot}`: the generated text continues it. Empty for a template with
 * a placeholder, whose text belongs to the prompt.
 */
export function openingText(template: string): string {
  const opening = template.slice(template.lastIndexOf('{eot}') + '{eot}'.length);
  return template.includes('{eot}') && !/\{(theme|text)\}/.test(opening) ? opening : '';
}
