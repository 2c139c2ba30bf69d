import type { Tokenizer } from '../../models/tokenizer.ts';

/** The token that ends a text, and begins one. It is no text itself. */
export const END = 0;

/** Of a prompt, about as long as a token of Spanish text, so that counting them says what fits a context. */
const PIECE = /\s?\S{1,3}|\s/gu;

/**
 * A vocabulary made while reading, for a text whose tokenizer is on a server: whatever the server sends at once is a token.
 * Its ids mean nothing beyond that text.
 */
export function createPieces(): Tokenizer {
  const pieces = [''];
  const ids = new Map<string, number>();
  const idOf = (piece: string): number => {
    const id = ids.get(piece) ?? pieces.push(piece) - 1;
    ids.set(piece, id);
    return id;
  };
  const tokenText = (id: number) => pieces[id] ?? '';
  return {
    encode: (text) => (text.match(PIECE) ?? []).map(idOf),
    decode: (tokens) => tokens.map(tokenText).join(''),
    tokenText,
    bytes: (id) => Buffer.from(tokenText(id)),
    leadingSpace: false,
    isSpecial: (id) => id === END,
    idOf,
    get size() {
      return pieces.length;
    },
  };
}
