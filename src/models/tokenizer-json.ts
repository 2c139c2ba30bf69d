import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids by token. Checked by hand, because a schema would copy all 50,000 entries and take ten times as long. */
export const vocabulary: z.ZodType<Readonly<Record<string, number>>> = z.custom<Record<string, number>>(
  (value) => isObject(value) && holdsIds(value as Record<string, unknown>),
  'not a table of token ids',
);
/** Uses `for … in`, here and below: building a list of the values takes three times as long as looking at them. */
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

/** The character that represents a space in SentencePiece's vocabularies. */
const SPACE = '▁';

const sequence = <Shape extends z.ZodRawShape>(parts: Shape) =>
  z.looseObject({ type: z.literal('Sequence'), ...parts });
const normalizer = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
  z.looseObject({ type: z.literal('Prepend'), prepend: z.string() }),
  z.looseObject({
    type: z.literal('Replace'),
    pattern: z.strictObject({ String: z.string().min(1) }),
    content: z.string(),
  }),
]);
const preTokenizer = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('ByteLevel'), use_regex: z.boolean().default(true) }),
  z.looseObject({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.looseObject({
    type: z.literal('Split'),
    pattern: z.strictObject({
      Regex: z
        .string()
        .refine((regex) => !/\\[GKR]/.test(regex), 'holds \\G, \\K or \\R')
        .optional(),
      String: z.string().min(1).optional(),
    }),
    behavior: z.literal(['Isolated', 'Removed']),
    invert: z.boolean().default(false),
  }),
  z.looseObject({
    type: z.literal('Metaspace'),
    replacement: z.literal(SPACE),
    split: z.literal(false, 'splitting at spaces is not known'), // not supported by the library
  }),
]);
const decoder = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('ByteLevel') }),
  z.looseObject({
    type: z.literal('Replace'),
    pattern: z.strictObject({ String: z.literal(SPACE) }),
    content: z.literal(' '),
  }),
  z.looseObject({ type: z.literal(['ByteFallback', 'Fuse']) }),
  z.looseObject({
    type: z.literal('Strip'),
    content: z.literal(' '),
    start: z.literal([0, 1]),
    stop: z.literal(0),
  }),
]);

/**
 * tokenizer.json of a BPE over bytes (GPT-2, Llama 3, Qwen, SmolLM2), or over characters with a fallback to bytes
 * (SentencePiece's: Llama 2, Salamandra, EuroLLM). Only the fields that affect the result are checked; the rest is
 * passed through.
 */
const tokenizerJson = z.looseObject({
  normalizer: z
    .discriminatedUnion('type', [sequence({ normalizers: z.array(normalizer) }), normalizer])
    .nullish(),
  pre_tokenizer: z
    .discriminatedUnion('type', [sequence({ pretokenizers: z.array(preTokenizer) }), preTokenizer])
    .nullish(),
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
    byte_fallback: z.boolean().default(false),
  }),
  decoder: z.discriminatedUnion('type', [sequence({ decoders: z.array(decoder) }), decoder]),
});
export type TokenizerJson = z.infer<typeof tokenizerJson>;

/** Checks a parsed tokenizer.json; `origin` names it in errors. Throws `model-unsupported` for other kinds. */
export function checkTokenizerJson(json: unknown, origin: string): TokenizerJson {
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) throw unknownKind(origin, parsed.error);
  const conflict = conflictIn(parsed.data);
  if (conflict === undefined) return parsed.data;
  throw unknownKind(origin, conflict);
}

/** Checks tokens that other files add to a tokenizer.json. Throws like `checkTokenizerJson`. */
export function checkAddedTokens(tokens: unknown, origin: string): TokenizerJson['added_tokens'] {
  const parsed = tokenizerJson.pick({ added_tokens: true }).safeParse({ added_tokens: tokens });
  if (parsed.success) return parsed.data.added_tokens;
  throw unknownKind(origin, parsed.error);
}

function unknownKind(origin: string, why: z.ZodError | string): ChispaError {
  const issue = typeof why === 'string' ? undefined : why.issues[0];
  const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : why;
  return new ChispaError(
    'model-unsupported',
    `${origin} is not a BPE tokenizer of a kind that Chispa knows: ${reason}.`,
  );
}

/** Whether a tokenizer's parts are of one kind: those that work on bytes and those that fall back to them. */
function conflictIn({ pre_tokenizer: pre, decoder, model }: TokenizerJson): string | undefined {
  const splits = stepsOf(pre).map(({ type }) => type);
  const joins = stepsOf(decoder).map(({ type }) => type);
  if (joins.includes('ByteLevel'))
    return splits.at(-1) === 'ByteLevel' && joins.length === 1 && !model.byte_fallback
      ? undefined
      : 'its decoder is byte-level and its other parts are not';
  if (splits.includes('ByteLevel')) return 'its pre_tokenizer is byte-level and its decoder is not';
  if (
    joins.slice(0, 3).join() !== 'Replace,ByteFallback,Fuse' ||
    (joins[3] ?? 'Strip') !== 'Strip' ||
    joins.length > 4
  )
    return `its decoder is ${joins.join(', ')} and not Replace, ByteFallback, Fuse and perhaps Strip`;
  if (!model.byte_fallback) return 'model.byte_fallback is off and its decoder falls back to bytes';
  for (let byte = 0; byte < 256; byte++)
    if (!(byteToken(byte) in model.vocab)) return `it has no token ${byteToken(byte)} to fall back to`;
  return undefined;
}

/** The token of a single byte in a vocabulary with byte fallback. */
const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

type Step = { type: string; [field: string]: unknown };
/** A part's steps in order: itself, or the members of its sequence. */
export function stepsOf(
  part: TokenizerJson['normalizer'] | TokenizerJson['pre_tokenizer'] | TokenizerJson['decoder'],
): readonly Step[] {
  if (!part) return [];
  if ('normalizers' in part) return part.normalizers as Step[];
  if ('pretokenizers' in part) return part.pretokenizers as Step[];
  if ('decoders' in part) return part.decoders as Step[];
  return [part];
}

/** One more than the highest id. */
export function vocabularySize({ model, added_tokens }: TokenizerJson): number {
  let size = 0;
  for (const token in model.vocab) size = Math.max(size, (model.vocab[token] ?? 0) + 1);
  for (const { id } of added_tokens) size = Math.max(size, id + 1);
  return size;
}
