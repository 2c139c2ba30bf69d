import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { pieceBytes, tokenBytes } from './byte-level.ts';
import { readTextFile } from './regular-file.ts';
import { checkTokenizerJson, stepsOf, type TokenizerJson, vocabularySize } from './tokenizer-json.ts';

/** Converts text to token ids and back, token for token like Hugging Face tokenizers. */
export interface Tokenizer {
  /**
   * `split` (default): a special token written in the text stays text, so that a prompt cannot inject one (Hugging
   * Face's `split_special_tokens=True`). `parse`: it becomes that token (Hugging Face's default), for corpora. Lone
   * surrogates are read as U+FFFD. Nothing is added before or after.
   */
  encode(text: string, options?: { special?: 'split' | 'parse' }): number[];
  /**
   * Special tokens and ids outside the vocabulary are left out, and invalid UTF-8 becomes U+FFFD. If the vocabulary
   * puts a space before a text's first word, that space is left out too.
   */
  decode(ids: readonly number[]): string;
  /** One token as text; special tokens by name. An incomplete character shows as U+FFFD. */
  tokenText(id: number): string;
  /**
   * The raw bytes of one token, for streaming without splitting characters. Empty for tokens that `decode` leaves
   * out.
   */
  bytes(id: number): Uint8Array;
  /** Whether the vocabulary puts a space, which is not part of the text, before a text's first word (SentencePiece). */
  leadingSpace: boolean;
  isSpecial(id: number): boolean;
  /** The id of a token by its exact name, for instance `<|endoftext|>`. */
  idOf(token: string): number | undefined;
  /** One more than the highest id. */
  size: number;
}

/**
 * GPT-2's word pattern (https://github.com/openai/gpt-2/blob/master/src/encoder.py). The library uses `\s`, which in
 * JavaScript includes U+FEFF but not U+0085; in Python and Rust it is Unicode's White_Space.
 */
const GPT2_PATTERN =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Digits as defined by Rust's `char::is_numeric`. The library uses `\d`, which in JavaScript is 0 to 9. */
const DIGITS = { each: /\P{N}+|\p{N}/gu, together: /\P{N}+|\p{N}+/gu };

/** Reads `tokenizer.json` from a model folder. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  let text: string;
  try {
    text = await readTextFile(path);
  } catch (cause) {
    throw new ChispaError('model-damaged', `Cannot read the tokenizer ${path}: ${messageOf(cause)}.`, {
      cause,
    });
  }
  return parseTokenizer(text, path);
}

/** Builds a tokenizer from the text of a tokenizer.json. `origin` names the file in errors. */
export function parseTokenizer(text: string, origin: string): Tokenizer {
  const json = checkTokenizerJson(jsonOf(text, origin), origin);
  const special = new Set(json.added_tokens.filter((token) => token.special).map((token) => token.id));
  const parsing = openTokenizer(json, origin);
  // The same tokenizer without its special tokens. It shares the model (vocabulary, merges, cache).
  const splitting = new HuggingFaceTokenizer(
    {
      ...json,
      added_tokens: json.added_tokens.filter((token) => !token.special),
      model: { ...json.model, vocab: {}, merges: [] },
    },
    {},
  );
  splitting.model = parsing.model;
  for (const { pre_tokenizer } of [parsing, splitting]) correctPatterns(json, pre_tokenizer);

  const joins = stepsOf(json.decoder);
  const bytesOfToken = joins[0]?.type === 'ByteLevel' ? tokenBytes : pieceBytes;
  const leadingSpace = joins.some(({ type, start }) => type === 'Strip' && start === 1);
  const nameOf = (id: number): string | undefined => parsing.id_to_token(id);
  const nothing = new Uint8Array();
  const bytesOf = (id: number) => {
    const name = nameOf(id);
    return name === undefined ? nothing : bytesOfToken(name);
  };
  const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const visible = (id: number) => (special.has(id) ? nothing : bytesOf(id));

  return {
    encode(plain, { special: mode = 'split' } = {}) {
      const wellFormed = Buffer.from(plain, 'utf8').toString('utf8'); // lone surrogates become U+FFFD
      const tokenizer = mode === 'parse' ? parsing : splitting;
      return wellFormed === '' ? [] : tokenizer.encode(wellFormed, { add_special_tokens: false }).ids;
    },
    decode(ids) {
      const text = textOf(Buffer.concat(ids.map(visible)));
      return leadingSpace && text.startsWith(' ') ? text.slice(1) : text;
    },
    tokenText: (id) => textOf(bytesOf(id)),
    bytes: visible,
    leadingSpace,
    isSpecial: (id) => special.has(id),
    idOf: (token) => parsing.token_to_id(token),
    size: vocabularySize(json),
  };
}

function openTokenizer(json: TokenizerJson, origin: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, {});
  } catch (cause) {
    throw new ChispaError(
      'model-unsupported',
      `The tokenizer ${origin} cannot be used: ${messageOf(cause)}.`,
      {
        cause,
      },
    );
  }
}

/** Gives the library's pre-tokenizers the same patterns as Hugging Face's. */
function correctPatterns(json: TokenizerJson, part: object | null): void {
  const parts = part && 'tokenizers' in part && Array.isArray(part.tokenizers) ? part.tokenizers : [part];
  for (const [i, { type, use_regex, individual_digits }] of stepsOf(json.pre_tokenizer).entries()) {
    if (type === 'ByteLevel' && use_regex) Object.assign(parts[i], { pattern: GPT2_PATTERN });
    if (type === 'Digits')
      Object.assign(parts[i], { pattern: individual_digits ? DIGITS.each : DIGITS.together });
  }
}

function jsonOf(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('model-damaged', `${origin} is not JSON. Import the model again.`, { cause });
  }
}
