import { createHash } from 'node:crypto';
import { foldedWords } from './words.ts';

/** A joke's identity: sha256 (hex) of its folded words. Case, accents and punctuation make no difference. */
export const textHash = (text: string): string =>
  createHash('sha256').update(foldedWords(text).join(' ')).digest('hex');
