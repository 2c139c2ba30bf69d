import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids by token. Checked by hand: a schema would copy all 50,000 entries, ten times as slowly. */
export const vocabulary: z.ZodType<Readonly<Record<string, number>>> = z.custom<Record<string, number>>(
  (value) => isObject(value) && holdsIds(value as Record<string, unknown>),
  'not a table of token ids',
);
/** `for … in`, here and below: a list of the values takes three times as long to make as to look at. */
function holdsIds(table: Readonly<Record<string, unknown>>): boolean {
  for (const token in table) if (!isId(table[token])) return false;
  return true;
}
const merges = z.custom<(string | [string, string])[]>(
  (value) =>
    Array.isArray(value) &&
    value.every(
      (rule) =>
        typeof rule === 'string' ||
        (Array.isArray(rule) && rule.length === 2 && rule.every((part) => typeof part === 'string')),
    ),
  'not a list of merge rules',
);
const none = z.literal('').nullish();

/** tokenizer.json of GPT-2's kind, byte-level BPE, as far as it decides what comes out; the rest is kept unread. */
export const tokenizerJson = z.looseObject({
  normalizer: z.looseObject({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }).nullish(),
  pre_tokenizer: z.looseObject({ type: z.literal('ByteLevel'), use_regex: z.literal(true).default(true) }),
  added_tokens: z
    .array(
      z.looseObject({
        id: z.custom<number>(isId, 'not a token id'),
        content: z.string().min(1),
        special: z.boolean().default(false),
        single_word: z.literal(false).default(false), // the library ignores it
      }),
    )
    .default([]),
  model: z.looseObject({
    type: z.literal('BPE').default('BPE'),
    vocab: vocabulary,
    merges,
    dropout: z.literal(0).nullish(),
    continuing_subword_prefix: none,
    end_of_word_suffix: none,
    byte_fallback: z.literal(false).default(false),
  }),
  decoder: z.looseObject({ type: z.literal('ByteLevel') }),
});
export type TokenizerJson = z.infer<typeof tokenizerJson>;

/** Checks a parsed tokenizer.json; `origin` names it in errors. Throws `model-unsupported` for another kind. */
export function checkTokenizerJson(json: unknown, origin: string): TokenizerJson {
  const parsed = tokenizerJson.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChispaError(
    'model-unsupported',
    `${origin} is not a byte-level BPE tokenizer as GPT-2 uses: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}

/** One more than the highest id. */
export function vocabularySize({ model, added_tokens }: TokenizerJson): number {
  let size = 0;
  for (const token in model.vocab) size = Math.max(size, (model.vocab[token] ?? 0) + 1);
  for (const { id } of added_tokens) size = Math.max(size, id + 1);
  return size;
}
