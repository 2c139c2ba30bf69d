// @ts-check
import { h } from '../dom.js';

/** Announces short texts to screen readers, one after another, without moving the focus. */
export function createAnnouncer() {
  const element = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  return {
    element,
    /** @param {string} text */
    say: (text) => {
      element.textContent = text;
    },
  };
}
