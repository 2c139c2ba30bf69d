// @ts-check
import { match } from './rule.js';
import { shortcodes } from './shortcodes.js';

/** @import { Node } from './nodes.js' */
/** @import { Context, Found } from './rule.js' */

/**
 * References: mentions, commands, emoji, timestamps and links.
 * @param {string} text @param {number} at @param {Context} context @returns {Found}
 */
export function entity(text, at, context) {
  switch (text[at]) {
    case '<':
      return angle(text, at);
    case '[':
      return context.linked ? null : maskedLink(text, at, context);
    case 'h':
      return context.linked ? null : bareLink(text, at);
    case '@': {
      const found = match(/@(everyone|here)\b/y, text, at);
      return found && { node: { type: 'everyone', text: found[0] }, end: at + found[0].length };
    }
    case ':': {
      const found = match(/:([a-z0-9_+-]{1,32}):/y, text, at);
      const emoji = found && shortcodes.get(found[1] ?? '');
      return emoji ? { node: { type: 'unicode', text: emoji }, end: at + found[0].length } : null;
    }
    default:
      return unicode(text, at);
  }
}

const anglePattern = new RegExp(
  `<(?:${[
    '(?<mark>@!?|@&|#)(?<id>\\d{1,20})',
    '/(?<command>[^:<>\\n]{1,100}):(?<commandId>\\d{1,20})',
    '(?<animated>a?):(?<emoji>\\w{2,32}):(?<emojiId>\\d{1,20})',
    't:(?<seconds>-?\\d{1,13})(?::(?<style>[tTdDfFRsS]))?',
    '(?<url>https?://[^\\s<>]+)',
  ].join('|')})>`,
  'y',
);

/** @param {string} text @param {number} at @returns {Found} */
function angle(text, at) {
  const found = match(anglePattern, text, at);
  return found && { node: angleNode(found.groups ?? {}), end: at + found[0].length };
}

/** @param {Record<string, string | undefined>} groups @returns {Node} */
function angleNode({
  mark,
  id = '',
  command,
  commandId = '',
  animated,
  emoji,
  emojiId = '',
  seconds,
  style,
  url,
}) {
  if (url) return { type: 'link', url, children: [{ type: 'text', text: url }] };
  if (seconds) return { type: 'time', seconds: Number(seconds), style: style ?? 'f' };
  if (emoji) return { type: 'emoji', name: emoji, id: emojiId, animated: animated === 'a' };
  if (command) return { type: 'command', name: command, id: commandId };
  return { type: mark === '#' ? 'channel' : mark === '@&' ? 'role' : 'user', id };
}

/** `[label](address "title")`; a label may hold one level of brackets. */
const maskedPattern =
  /\[((?:\\.|[^[\]\\\n]|\[[^[\]\n]*\])+)\]\( *<?(https?:\/\/(?:[^\s<>()]|\([^\s<>()]*\))+)>?(?: +"[^"\n]*")? *\)/y;

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function maskedLink(text, at, context) {
  const found = match(maskedPattern, text, at);
  if (!found) return null;
  const [whole, label = '', url = ''] = found;
  // A label that is itself an address could be different from where the link goes.
  if (/https?:\/\//.test(label) || !URL.canParse(url)) return null;
  const children = context.inner(label, { linked: true, blocks: false });
  return { node: { type: 'link', url, children }, end: at + whole.length };
}

/** @param {string} text @param {number} at @returns {Found} */
function bareLink(text, at) {
  // A pair `](` is the middle of a rejected masked link, not part of an address.
  const found = match(/https?:\/\/(?:(?!\]\()[^\s<])*[^\s<.,:;"'\]]/y, text, at);
  if (!found) return null;
  let url = found[0];
  // A closing bracket belongs to the address only if the address opened it.
  while (url.endsWith(')') && url.split(')').length > url.split('(').length) url = url.slice(0, -1);
  if (!URL.canParse(url)) return null;
  return { node: { type: 'link', url, children: [{ type: 'text', text: url }] }, end: at + url.length };
}

/** One emoji with its skin tones, joiners and variation selectors. */
const emojiHere = /\p{RGI_Emoji}/vy;

/** @param {string} text @param {number} at @returns {Found} */
function unicode(text, at) {
  // No standalone emoji is below the copyright sign; keycaps (1️⃣) contain U+20E3.
  if (text.charCodeAt(at) < 0xa9 && text[at + 2] !== '\u20e3') return null;
  const found = match(emojiHere, text, at);
  return found && { node: { type: 'unicode', text: found[0] }, end: at + found[0].length };
}
