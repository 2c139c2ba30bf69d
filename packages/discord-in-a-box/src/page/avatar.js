// @ts-check
import { h } from './dom.js';
import { spark } from './icons.js';

/** Backgrounds on which white letters have a contrast of at least 4.5. */
const tones = 8;

/**
 * A round avatar with a person's initials; the color is derived from the id, so it is the same in every window.
 * @param {string} name
 * @param {string} id
 * @param {{ bot?: boolean, online?: boolean }} [options]
 */
export function avatar(name, id, { bot = false, online } = {}) {
  return h(
    'span',
    { class: ['avatar', bot ? 'avatar-bot' : `tone-${tone(id)}`], 'aria-hidden': 'true' },
    bot ? spark() : initials(name),
    online !== undefined && h('span', { class: ['presence', online && 'presence-online'] }),
  );
}

/** @param {string} name */
export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{Lu}|^\p{N}/u.test(word));
  const letters = (words.length > 0 ? words : [name]).slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase();
}

/** @param {string} id */
export function tone(id) {
  let sum = 0;
  for (const digit of id) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return sum % tones;
}
