import { ngrams } from '../lib/diversity.ts';

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

/** Consecutive words that count as reciting. */
const RECITAL = 8;

/** Every run of 8 consecutive words of a text, folded: a text that repeats one of them recites it. */
export const recitableWords = (text: string): string[] => ngrams(foldedWords(text), RECITAL);
