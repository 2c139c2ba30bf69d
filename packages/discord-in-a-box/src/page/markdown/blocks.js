// @ts-check
import { match } from './rule.js';

/** @import { Context, Found } from './rule.js' */

/**
 * What Discord recognizes at the start of a line: headings, subtext, quotes, lists.
 * @param {string} text @param {number} at @param {Context} context @returns {Found}
 */
export function block(text, at, context) {
  return heading(text, at, context) ?? quote(text, at, context) ?? list(text, at, context);
}

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function heading(text, at, context) {
  const found = match(/ *(#{1,3}|-#) +(\S[^\n]*)(\n|$)/y, text, at);
  if (!found) return null;
  const [whole, mark = '', title = ''] = found;
  const children = context.inner(title.trimEnd(), { blocks: false });
  const end = at + whole.length;
  if (mark === '-#') return { node: { type: 'subtext', children }, end };
  // The pattern matches one to three signs.
  const level = /** @type {1 | 2 | 3} */ (mark.length);
  return { node: { type: 'heading', level, children }, end };
}

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function quote(text, at, context) {
  if (context.quoted) return null;
  const rest = match(/ *>>> (.*)/sy, text, at);
  const found = rest ?? match(/( *> [^\n]*(\n|$))+/y, text, at);
  if (!found) return null;
  const body = rest ? (rest[1] ?? '') : found[0].replace(/^ *> /gm, '').replace(/\n$/, '');
  const children = context.inner(body, { quoted: true, lineStart: true });
  return { node: { type: 'quote', children }, end: at + found[0].length };
}

const listLine = /( *)(?:([-*])|(\d{1,10})\.) +(\S[^\n]*)(?:\n|$)/y;

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function list(text, at, context) {
  const first = match(listLine, text, at);
  if (!first) return null;
  const indent = (first[1] ?? '').length;
  const ordered = first[3] !== undefined;
  /** @type {string[]} */
  const bodies = [];
  let end = at;
  for (;;) {
    const line = match(listLine, text, end);
    if (line && (line[1] ?? '').length < indent + 2) {
      if ((line[1] ?? '').length < indent || (line[3] !== undefined) !== ordered) break;
      bodies.push(line[4] ?? '');
      end += line[0].length;
      continue;
    }
    // Deeper items and indented lines belong to the item above them.
    const nested = match(/ {2,}\S[^\n]*(?:\n|$)/y, text, end);
    if (!nested) break;
    const shallower = nested[0].slice(Math.min(indent + 2, nested[0].search(/\S/))).replace(/\n$/, '');
    bodies.push(`${bodies.pop() ?? ''}\n${shallower}`);
    end += nested[0].length;
  }
  const items = bodies.map((body) => context.inner(body));
  return { node: { type: 'list', start: ordered ? Number(first[3]) : null, items }, end };
}
