/** This process's secret values. They are global because the environment they come from is, too. */
const known = new Set<string>();

/** A shorter value would occur in harmless text. */
const SHORTEST = 6;

/** Redacts a value from all log lines and error messages, also in its JSON and URL encodings. */
export function keepSecret(value: string): void {
  for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
    if (form.length >= SHORTEST) known.add(form);
}

/** What looks like a secret, no matter whose. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Anyone with an interaction's or a webhook's token can post as it.
  [/((?:webhooks|interactions)\/\d+\/)[^/?\s"'\\]+/g, '$1[token]'],
  [/aW50ZXJhY3Rpb246[\w=+/-]+/g, '[token]'], // base64 of "interaction:", with which those tokens begin
  [/\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, '[bot token]'],
  [/\bhf_\w{8,}/g, '[token]'],
  [/(:\/\/)(?!USER:PASSWORD@)[^\s/@"'\\]+@/g, '$1[secret]@'], // user and password of a URL, except in examples
];

/** The text with its secrets redacted. */
export function withoutSecrets(text: string): string {
  let shown = text;
  for (const secret of known) shown = shown.replaceAll(secret, '[secret]');
  for (const [pattern, instead] of PATTERNS) shown = shown.replace(pattern, instead);
  return shown;
}
