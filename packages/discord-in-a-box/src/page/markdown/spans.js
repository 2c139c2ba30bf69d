// @ts-check
import { match } from './rule.js';

/** @import { Context, Found } from './rule.js' */

/**
 * The paired marks: code, bold, italics, underline, strikethrough, spoilers; and the backslash that escapes them.
 * @param {string} text @param {number} at @param {Context} context @returns {Found}
 */
export function span(text, at, context) {
  switch (text[at]) {
    case '\\':
      return escaped(text, at);
    case '`':
      return code(text, at, context);
    case '*':
      return paired(text, at, '**', 'strong', context) ?? emphasis(text, at, '*', context);
    case '_':
      return paired(text, at, '__', 'u', context) ?? emphasis(text, at, '_', context);
    case '~':
      return paired(text, at, '~~', 's', context);
    case '|':
      return paired(text, at, '||', 'spoiler', context);
    case '¯': {
      // The one emoticon whose characters would be parsed as an escape and italics.
      const shrug = '¯\\_(ツ)_/¯';
      return text.startsWith(shrug, at) ? { plain: shrug, end: at + shrug.length } : null;
    }
    default:
      return null;
  }
}

/** @param {string} text @param {number} at @returns {Found} */
function escaped(text, at) {
  const next = text[at + 1];
  return next && /[\p{P}\p{S}]/u.test(next) ? { plain: next, end: at + 2 } : null;
}

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function code(text, at, { codes }) {
  const region = codes.get(at);
  if (!region) {
    // An opening run that is never closed stays text in full: its inner ticks open nothing.
    const run = match(/`+/y, text, at)?.[0] ?? '';
    return { plain: run, end: at + run.length };
  }
  const { end, language, text: body } = region;
  return {
    node: language === null ? { type: 'code', text: body } : { type: 'codeblock', language, text: body },
    end,
  };
}

/**
 * The first position from `from` where `closes` is true, or -1; skips escapes and code.
 * @param {string} text
 * @param {number} from
 * @param {Context} context
 * @param {(at: number) => boolean} closes
 */
function closing(text, from, { codes }, closes) {
  for (let at = from; at < text.length; ) {
    if (closes(at)) return at;
    if (text[at] === '\\') at += 2;
    else at = codes.get(at)?.end ?? at + 1;
  }
  return -1;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {'**' | '__' | '~~' | '||'} mark
 * @param {'strong' | 'u' | 's' | 'spoiler'} type
 * @param {Context} context
 * @returns {Found}
 */
function paired(text, at, mark, type, context) {
  if (!text.startsWith(mark, at)) return null;
  const from = at + 2;
  // In `***x***` the outer pair closes last: a third mark moves the closing by one.
  const close = closing(
    text,
    from,
    context,
    (i) => i > from && text.startsWith(mark, i) && (mark === '||' || text[i + 2] !== mark[0]),
  );
  if (close < 0) return null;
  const children = context.inner(text.slice(from, close), { blocks: false });
  return { node: { type, children }, end: close + 2 };
}

/**
 * `*x*`: no space just inside the marks. `_x_`: not inside a word, so that snake_case stays whole.
 * @param {string} text
 * @param {number} at
 * @param {'*' | '_'} mark
 * @param {Context} context
 * @returns {Found}
 */
function emphasis(text, at, mark, context) {
  const word = /[\p{L}\p{N}]/u;
  const from = at + 1;
  if (mark === '*' && /\s|^$/.test(text[from] ?? '')) return null;
  if (mark === '_' && word.test(text[at - 1] ?? '')) return null;
  const close = closing(text, from, context, (i) => {
    // A doubled mark belongs to bold or underline inside the italics; it does not end them.
    if (i === from || text[i] !== mark || text[i + 1] === mark || text[i - 1] === mark) return false;
    return mark === '*' ? !/\s/.test(text[i - 1] ?? '') : !word.test(text[i + 1] ?? '');
  });
  if (close < 0) return null;
  const children = context.inner(text.slice(from, close), { blocks: false });
  return { node: { type: 'em', children }, end: close + 1 };
}
