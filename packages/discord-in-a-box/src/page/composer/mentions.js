// @ts-check
import { fold } from '../i18n.js';

/** @import { Candidate, Directory } from './options.js' */

/**
 * The `@` or `#` word being typed, which opens a list of people or channels.
 * @param {string} text
 * @param {number} caret
 * @returns {{ sign: '@' | '#', typed: string, start: number } | null}
 */
export function mentionAt(text, caret) {
  const found = /(?:^|\s)([@#])([^\s@#]{0,32})$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const [, sign, typed = ''] = found;
  return { sign: sign === '@' ? '@' : '#', typed, start: caret - typed.length - 1 };
}

/**
 * Turns the names a person wrote (`@Ana`, `#chistes`, `:caracol:`) into Discord's mentions, longest names first so that `@Ana María` is not `@Ana`.
 * @param {string} text
 * @param {Directory} directory
 */
export function encodeMentions(text, directory) {
  const named = [
    ...directory.people.map(({ label, value }) => ({ written: `@${label}`, mention: `<@${value}>` })),
    ...directory.roles.map(({ label, value }) => ({ written: `@${label}`, mention: `<@&${value}>` })),
    ...directory.channels.map(({ label, value }) => ({ written: `#${label}`, mention: `<#${value}>` })),
    ...directory.emojis.map(({ label, value }) => ({ written: `:${label}:`, mention: `<${value}>` })),
  ]
    // @everyone is also a role's name, and is sent as written.
    .filter(({ written }) => written !== '@@everyone')
    .sort((a, b) => b.written.length - a.written.length);
  let out = '';
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const starts = at === 0 || /[\s(¿¡]/.test(text[at - 1] ?? '');
    const found =
      (starts || rest[0] === ':') && /^[@#:]/.test(rest)
        ? named.find(({ written }) => begins(rest, written))
        : undefined;
    out += found ? found.mention : text[at];
    at += found ? found.written.length : 1;
  }
  return out;
}

/** @param {string} text @param {string} name */
function begins(text, name) {
  const after = text.slice(name.length, name.length + 1);
  return fold(text.slice(0, name.length)) === fold(name) && (name[0] === ':' || !/[\p{L}\p{N}]/u.test(after));
}

/** @param {readonly Candidate[]} candidates @param {string} typed */
export function mentionable(candidates, typed) {
  const wanted = fold(typed);
  return candidates
    .filter(({ label }) => fold(label).startsWith(wanted) && label !== '@everyone')
    .slice(0, 10);
}
