/**
 * GPT-2's byte alphabet: each of the 256 bytes as one printable character, so that BPE can work on text
 * (https://github.com/openai/gpt-2/blob/master/src/encoder.py, `bytes_to_unicode`). Printable Latin-1 bytes represent
 * themselves, and the others are mapped to the characters from U+0100 on.
 */
export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = byteAlphabet();

function byteAlphabet(): Map<string, number> {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++)
    alphabet.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  return alphabet;
}

/**
 * The bytes of a token in a SentencePiece vocabulary: its characters with `▁` as space, or the single byte it names
 * (`<0xC3>`).
 */
export function pieceBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  return new TextEncoder().encode(token.replaceAll('▁', ' '));
}

/** The bytes of a token. A token with other characters (an added one) means its own UTF-8 bytes. */
export function tokenBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) return new TextEncoder().encode(token);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
