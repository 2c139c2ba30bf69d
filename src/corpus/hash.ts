import { createHash } from 'node:crypto';
import { foldedWords } from './words.ts';

/** What identifies a joke: sha256 (hex) of its folded words. Case, accents and marks make no other joke. */
export const textHash = (text: string): string =>
  createHash('sha256').update(foldedWords(text).join(' ')).digest('hex');
