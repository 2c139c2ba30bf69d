/** Values that are secrets of this process. The environment, where they come from, is one for a process too. */
const known = new Set<string>();

/** Below this length a value would be found in harmless text. */
const SHORTEST = 6;

/** Has a value left out of everything that is logged or told as an error, also as it stands in JSON or in a URL. */
export function keepSecret(value: string): void {
  for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
    if (form.length >= SHORTEST) known.add(form);
}

/** What looks like a secret, whoever's it is. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Whoever has an interaction's or a webhook's token may write in its name.
  [/((?:webhooks|interactions)\/\d+\/)[^/?\s"'\\]+/g, '$1[token]'],
  [/aW50ZXJhY3Rpb246[\w=+/-]+/g, '[token]'], // base64 of "interaction:", by which those tokens begin
  [/\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, '[bot token]'],
  [/\bhf_\w{8,}/g, '[token]'],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"'\\]+@/gi, '$1[secret]@'], // user and password of an address
];

/** The text without the secrets in it. */
export function withoutSecrets(text: string): string {
  let shown = text;
  for (const secret of known) shown = shown.replaceAll(secret, '[secret]');
  for (const [pattern, instead] of PATTERNS) shown = shown.replace(pattern, instead);
  return shown;
}
