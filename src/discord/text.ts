/**
 * Control and format characters (Unicode Cc and Cf), which can hide or reorder text: all except line breaks and those
 * that emoji and words need (joiners, flag tags).
 */
const INVISIBLE = /(?!\n|\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}]/gu;

/** Untrusted text without the characters that can hide or reorder it; line breaks and emoji joiners stay. */
export const visible = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replaceAll('\t', ' ').replace(INVISIBLE, '');

const ZERO_WIDTH_SPACE = '\u200b';

/** Marks that format text anywhere. */
const FORMATS = /[\\`*_~|[]/g;
/** Marks that start a heading, subtext, list or quote. */
const BEGINS = /^([^\S\n]*)(#(?=#{0,2} )|-(?=[ #])|>)/gm;
const BEGINS_NUMBERED = /^([^\S\n]*\d+)\./gm;

/**
 * Escapes untrusted text so that Discord shows it literally: no formatting, list, heading, quote, link, mention or
 * custom emoji. Generated text is untrusted too. Takes linear time, unlike discord.js's `escapeMarkdown`.
 */
export const literal = (text: string): string =>
  visible(text)
    .replace(FORMATS, '\\$&')
    .replace(BEGINS, '$1\\$2')
    .replace(BEGINS_NUMBERED, '$1\\.')
    .replace(/<(?=[@#:/a-z])/gi, `<${ZERO_WIDTH_SPACE}`)
    .replace(/@(?=everyone|here)/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/:\/\//g, `:${ZERO_WIDTH_SPACE}//`)
    .replace(/(discord)\.(gg|com|app)/gi, `$1${ZERO_WIDTH_SPACE}.$2`);

/** At most `limit` UTF-16 units, ending in an ellipsis if cut; never splits a surrogate pair or an escape sequence. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1).replace(/[\ud800-\udbff]$|\\+$/u, '');
  return `${cut}…`;
}

/** Text to search in: without accents and case, which people leave out while they type. */
export const folded = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
