const ACCENT_BUT_TILDE_OF_N = /(?<!n(?=\u0303))\p{M}/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/**
 * The words of a text for comparison: lower case, without accents (ñ stays ñ) or punctuation. Two texts that differ in
 * nothing else have the same folded words.
 */
export function foldedWords(text: string): string[] {
  const folded = text.toLowerCase().normalize('NFD').replace(ACCENT_BUT_TILDE_OF_N, '').normalize('NFC');
  return folded.match(WORD) ?? [];
}
