import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import {
  checkAddedTokens,
  checkTokenizerJson,
  type TokenizerJson,
  vocabulary,
  vocabularySize,
} from './tokenizer-json.ts';

/** The texts of the tokenizer files that a model has. */
export interface TokenizerFiles {
  'tokenizer.json'?: string;
  'vocab.json'?: string;
  'merges.txt'?: string;
  'added_tokens.json'?: string;
  'special_tokens_map.json'?: string;
  'tokenizer_config.json'?: string;
}
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
] as const satisfies readonly (keyof TokenizerFiles)[];

interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

const stated = z.looseObject({
  content: z.string(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
  normalized: z.boolean().default(false),
});
const token = z.union([z.string().transform((content) => stated.parse({ content })), stated]).nullish();
const specialTokens = z.looseObject({
  bos_token: token,
  eos_token: token,
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
  additional_special_tokens: z.array(token).nullish(),
  added_tokens_decoder: z
    .record(z.string().regex(/^\d+$/), stated.extend({ special: z.boolean().default(false) }))
    .nullish(),
  add_prefix_space: z.boolean().nullish(),
});
type SpecialTokens = z.infer<typeof specialTokens>;
const NAMED = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/**
 * Builds one tokenizer.json from a model's tokenizer files: from its own if there is one, otherwise from vocab.json
 * and merges.txt. Special tokens named in the other files are marked in it, as transformers does on loading. Added
 * tokens without an embedding in the model (id ≥ `vocabSize`) are left out, because no text may contain them, and
 * returned as `unknown`. `end` is the token that ends a text according to these files. Throws `model-unsupported`
 * when there is no tokenizer or an unknown kind, and `model-mismatch` when the model has too few embeddings for its
 * vocabulary.
 */
export function convertTokenizer(
  files: TokenizerFiles,
  vocabSize: number,
): { json: string; unknown: string[]; end: { token: string; id: number } | undefined } {
  const config = parse('tokenizer_config.json', files['tokenizer_config.json'] ?? '{}', specialTokens);
  const map = parse('special_tokens_map.json', files['special_tokens_map.json'] ?? '{}', specialTokens);
  const made = files['tokenizer.json'] === undefined;
  const base = made
    ? fromVocabulary(files, config.add_prefix_space ?? false)
    : checkTokenizerJson(jsonOf('tokenizer.json', files['tokenizer.json'] ?? ''), 'tokenizer.json');

  const { vocab } = base.model;
  const idIn = (content: string) => (Object.hasOwn(vocab, content) ? vocab[content] : undefined);
  const tokens = new Map<string, Partial<AddedToken> & { id: number }>(
    base.added_tokens.map((t) => [t.content, t]),
  );
  const add = (content: string, token: Omit<AddedToken, 'id'>, id = idIn(content)) =>
    tokens.set(content, { ...token, id: id ?? nextId() });
  const words = vocabularySize(base);
  const nextId = () => {
    let next = words;
    for (const { id } of tokens.values()) next = Math.max(next, id + 1);
    return next;
  };

  for (const [id, token] of Object.entries(config.added_tokens_decoder ?? {}))
    if (!tokens.has(token.content)) add(token.content, token, Number(id));
  for (const [content, id] of Object.entries(
    parse('added_tokens.json', files['added_tokens.json'] ?? '{}', vocabulary),
  ))
    if (!tokens.has(content)) add(content, { ...stated.parse({ content }), special: false }, id);
  // The default special token of a GPT-2 tokenizer whose files name none.
  const defaults: SpecialTokens = made ? specialTokens.parse({ eos_token: '<|endoftext|>' }) : {};
  for (const source of [config, map, defaults])
    for (const token of namedTokens(source)) {
      const known = tokens.get(token.content);
      if (known) tokens.set(token.content, { ...known, special: true });
      else if (source !== defaults || idIn(token.content) !== undefined)
        add(token.content, { ...token, special: true });
    }

  const sorted = [...tokens].sort(([, a], [, b]) => a.id - b.id);
  const whole = { ...base, added_tokens: sorted.filter(([, t]) => t.id < vocabSize).map(([, t]) => t) };
  // The vocabulary has been checked, but the added tokens have not.
  const added = checkAddedTokens(whole.added_tokens, 'The tokenizer');
  const size = Math.max(words, ...added.map(({ id }) => id + 1));
  if (size > vocabSize)
    throw new ChispaError(
      'model-mismatch',
      `The tokenizer has ${size} tokens, the model only ${vocabSize}: they do not belong together.`,
    );
  const endToken = (config.eos_token ?? map.eos_token)?.content;
  const endId = endToken === undefined ? undefined : tokens.get(endToken)?.id;
  return {
    end: endToken !== undefined && endId !== undefined ? { token: endToken, id: endId } : undefined,
    json: JSON.stringify(whole),
    unknown: sorted.filter(([, t]) => t.id >= vocabSize).map(([content]) => content),
  };
}

function fromVocabulary(files: TokenizerFiles, addPrefixSpace: boolean): TokenizerJson {
  if (files['vocab.json'] === undefined || files['merges.txt'] === undefined)
    throw new ChispaError(
      'model-unsupported',
      'The model has no tokenizer that Chispa can read: neither tokenizer.json nor vocab.json with merges.txt.',
    );
  const merges = files['merges.txt'].split('\n').map((line) => line.replace(/\r$/, ''));
  if (merges[0]?.startsWith('#version')) merges.shift();
  const rules = merges.filter((line) => line !== '');
  const broken = rules.findIndex((rule) => !/^[^ ]+ [^ ]+$/.test(rule));
  if (broken >= 0)
    throw new ChispaError(
      'model-damaged',
      `merges.txt is damaged: rule ${broken + 1} is not two parts separated by a space.`,
    );
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: addPrefixSpace,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: parse('vocab.json', files['vocab.json'], vocabulary),
      merges: rules,
    },
  };
}

function namedTokens(source: SpecialTokens): z.infer<typeof stated>[] {
  const named = [...NAMED.map((name) => source[name]), ...(source.additional_special_tokens ?? [])];
  return named.filter((token) => token !== null && token !== undefined);
}

function parse<T>(name: string, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(jsonOf(name, text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChispaError(
    'model-unsupported',
    `${name} is not in the format of GPT-2 tokenizers: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new ChispaError('model-damaged', `${name} is not JSON.`, { cause });
  }
}
