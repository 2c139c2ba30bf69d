import { ChispaError } from '../lib/errors.ts';
import { decodeEightBit, windows1252Byte } from './code-pages.ts';

const LINE_FEED = 0x0a;

/** A file with a larger share of zero bytes is not text. Fewer cost only their rows. */
const BINARY_SHARE = 0.05;

/**
 * Decodes a text file: UTF-8 or UTF-16, with or without a byte-order mark, else an eight-bit encoding. The choice between
 * UTF-8 and the others is made line by line, because corpora glued together from several sources contain both.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const [even, odd] = zeros(bytes);
  if (even + odd > bytes.length * BINARY_SHARE) {
    // Western text in UTF-16 has a zero in every second byte.
    const pairs = bytes.length % 2 === 0;
    if (pairs && odd > bytes.length / 4 && even < odd / 10) return new TextDecoder('utf-16le').decode(bytes);
    if (pairs && even > bytes.length / 4 && odd < even / 10) return new TextDecoder('utf-16be').decode(bytes);
    throw new ChispaError('corpus-binary', 'the file is full of zero bytes: it is not a text file');
  }
  return utf8(bytes) ?? linesOf(bytes).map(decodeLine).join('');
}

const decodeLine = (line: Uint8Array): string => utf8(line) ?? decodeEightBit(line);

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not UTF-8: the caller tries another encoding
  }
}

/** Zero bytes at even and at odd offsets. */
function zeros(bytes: Uint8Array): [even: number, odd: number] {
  const counts: [number, number] = [0, 0];
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) counts[at % 2 === 0 ? 0 : 1]++;
  return counts;
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

const specials = [...windows1252Byte]
  .filter(([, byte]) => byte < 0xa0)
  .map(([character]) => character)
  .join('');
const SPECIAL = `[\\u0080-\\u009f${specials}]`;
const CONTINUATION = `[\\u0080-\\u00bf${specials}]`;

// Only lead bytes that Spanish text never has before such a character. A wider net would also catch genuine text, such as
// the "Ó»" at the end of «SE ACABÓ».
// Doubly misread sequences come first, as a whole: "ÃƒÅ¡", where "Å¡" alone would be genuine text.
const MOJIBAKE = new RegExp(
  `Ã[ƒ‚¢°¯](?:[ÂÅÆË]${CONTINUATION}|â${SPECIAL}${CONTINUATION})+|[ÂÃ]${CONTINUATION}|â${SPECIAL}${CONTINUATION}|ð${SPECIAL}${CONTINUATION}{2}|ï¸${CONTINUATION}`,
  'g',
);

/** Repairs UTF-8 that was misread as Windows-1252 or Latin-1: "Â¿QuÃ©?" becomes "¿Qué?". */
export function repairMojibake(text: string): string {
  const repaired = text.replace(MOJIBAKE, (characters) => {
    const bytes = Array.from(
      characters,
      (character) => windows1252Byte.get(character) ?? character.charCodeAt(0),
    );
    return utf8(Uint8Array.from(bytes)) ?? characters;
  });
  return repaired === text ? text : repairMojibake(repaired); // some texts were misread twice
}
