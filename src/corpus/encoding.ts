import { ChispaError } from '../lib/errors.ts';

const LINE_FEED = 0x0a;
const windows1252 = new TextDecoder('windows-1252');

/**
 * Decodes a text file: UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252, which includes
 * Latin-1. The choice between UTF-8 and Windows-1252 is made line by line, because corpora glued together
 * from several sources hold both.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) {
    throw new ChispaError('corpus-binary', 'the file holds zero bytes: it is not a text file');
  }
  return utf8(bytes) ?? linesOf(bytes).map(decodeLine).join('');
}

const decodeLine = (line: Uint8Array): string => utf8(line) ?? windows1252.decode(line);

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not UTF-8: the caller has another way
  }
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

/** The byte that Windows-1252 shows as this character; the five it leaves undefined stand for themselves. */
const BYTE_OF = new Map(
  Array.from({ length: 128 }, (_, i) => [windows1252.decode(Uint8Array.of(128 + i)), 128 + i] as const),
);
const specials = [...BYTE_OF]
  .filter(([, byte]) => byte < 0xa0)
  .map(([character]) => character)
  .join('');
const SPECIAL = `[\\u0080-\\u009f${specials}]`;
const CONTINUATION = `[\\u0080-\\u00bf${specials}]`;

// Only lead bytes that Spanish text never shows before such a character. A wider net would also catch honest
// text, such as the "Ó»" at the end of «SE ACABÓ».
const MOJIBAKE = new RegExp(
  `[ÂÃ]${CONTINUATION}|â${SPECIAL}${CONTINUATION}|ð${SPECIAL}${CONTINUATION}{2}|ï¸${CONTINUATION}`,
  'g',
);

/** Turns UTF-8 that was once read as Windows-1252 or Latin-1 ("Â¿QuÃ©?") back into what it was ("¿Qué?"). */
export function repairMojibake(text: string): string {
  const repaired = text.replace(MOJIBAKE, (characters) => {
    const bytes = Array.from(characters, (character) => BYTE_OF.get(character) ?? character.charCodeAt(0));
    return utf8(Uint8Array.from(bytes)) ?? characters;
  });
  return repaired === text ? text : repairMojibake(repaired); // some texts went through it twice
}
