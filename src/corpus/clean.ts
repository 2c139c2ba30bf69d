import { decodeHTMLStrict } from 'entities';
import { repairMojibake } from './encoding.ts';

const BREAKING_TAG = /<br\s*\/?>|<\/(?:p|div|li|h[1-6]|tr)>/gi;
const INLINE_TAG =
  /<\/?(?:a|b|big|center|div|em|font|h[1-6]|i|li|ol|p|small|span|strong|tr|td|table|u|ul)(?:\s[^<>]*)?>/gi;
const INVISIBLE = /[\u00ad\u200b\u200c\u2060\ufeff]|\p{Cs}/gu; // soft hyphens, zero-width characters, lone surrogates
const TURN = /^-+\s*(?=[^\s\d-])/;

/**
 * Normalizes texts of every origin:
 * - mojibake and HTML (tags and entities, even doubly encoded) repaired, Unicode composed (NFC);
 * - every dash is `-`, a dialogue turn is a line that begins with `- `, quotes are `"` and `'`, `…` is `...`,
 *   a punctuation mark is repeated at most three times;
 * - no control characters, double spaces, leading or trailing spaces, or empty lines.
 *
 * Cleaning a clean text changes nothing.
 */
export function cleanText(raw: string): string {
  const once = cleanedOnce(raw);
  return once === raw ? once : cleanText(once); // one repair may uncover the next: "&amp;#243;", "Ã&iexcl;"
}

function cleanedOnce(raw: string): string {
  return decodeHTMLStrict(repairMojibake(raw))
    .replace(BREAKING_TAG, '\n')
    .replace(INLINE_TAG, '')
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(/\p{Cc}/gu, (control) => (control === '\n' ? control : ' '))
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛´`]/g, "'")
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/…/g, '...')
    .replace(/([!¡¿?.,-])\1{3,}/g, '$1$1$1')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim().replace(TURN, '- '))
    .filter((line) => line !== '')
    .join('\n');
}
