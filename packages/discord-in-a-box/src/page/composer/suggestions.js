// @ts-check
import { freshId, h } from '../dom.js';

/** @import { Child } from '../types.d.ts' */

/**
 * @template T
 * @typedef {object} Suggestion
 * @property {T} value
 * @property {string} key stays the same while the list narrows, so that the active line stays active
 * @property {Child} face what the line shows
 */

/**
 * @template T
 * @typedef {object} ListContent
 * @property {Child} title
 * @property {string} label for assistive technology
 * @property {Suggestion<T>[]} items
 * @property {Child} [note] shown if there is nothing to pick, or while loading
 */

/**
 * The list above the composer: commands, an option's choices, people to mention. It never takes the focus: the field
 * that owns it handles the arrow keys and refers to it with `aria-controls`.
 * @template T
 * @param {(value: T) => void} onpick called on a click, or through the owner's `pickActive`
 */
export function createSuggestions(onpick) {
  const id = freshId('suggestions');
  const heading = h('div', { class: 'suggestions-heading' });
  const list = h('ul', { id, class: 'suggestions-list', role: 'listbox' });
  const element = h('div', { class: 'suggestions', hidden: true }, heading, list);
  /** @type {Suggestion<T>[]} */
  let shown = [];
  let active = 0;
  /** @type {HTMLElement | null} */
  let owner = null;
  return { element, show, hide, key, pickActive, isOpen: () => !element.hidden, count: () => shown.length };

  /** @param {HTMLElement} field keeps the focus @param {ListContent<T>} content */
  function show(field, { title, label, items, note }) {
    const before = element.hidden ? undefined : shown[active]?.key;
    owner = field;
    shown = items;
    active = Math.max(
      0,
      items.findIndex(({ key: own }) => own === before),
    );
    heading.replaceChildren(h('div', { class: 'suggestions-title' }, title));
    list.setAttribute('aria-label', label);
    list.replaceChildren(
      ...items.map(({ face, value }, i) =>
        h(
          'li',
          {
            id: `${id}-${i}`,
            role: 'option',
            class: 'suggestion',
            // Keeps the focus in the field while the line is clicked.
            onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
            onclick: () => onpick(value),
            onpointermove: () => activate(i, false),
          },
          face,
        ),
      ),
    );
    if (note) list.append(h('li', { class: 'suggestions-note', role: 'presentation' }, note));
    element.hidden = false;
    field.setAttribute('aria-expanded', 'true');
    field.setAttribute('aria-controls', id);
    activate(active, true);
  }

  function hide() {
    if (element.hidden) return;
    element.hidden = true;
    shown = [];
    owner?.setAttribute('aria-expanded', 'false');
    owner?.removeAttribute('aria-activedescendant');
    owner = null;
  }

  /** @param {number} index @param {boolean} scroll */
  function activate(index, scroll) {
    active = index;
    for (const [i, line] of [...list.children].entries()) {
      line.classList.toggle('suggestion-active', i === index);
      if (line.role === 'option') line.setAttribute('aria-selected', String(i === index));
    }
    if (shown.length === 0) owner?.removeAttribute('aria-activedescendant');
    else owner?.setAttribute('aria-activedescendant', `${id}-${index}`);
    if (scroll) list.children[index]?.scrollIntoView({ block: 'nearest' });
  }

  /** Picks the active line; false if there is none. */
  function pickActive() {
    const found = element.hidden ? undefined : shown[active];
    if (!found) return false;
    onpick(found.value);
    return true;
  }

  /**
   * Handles the list's keys.
   * @param {KeyboardEvent} event from the owning field
   * @returns {boolean} whether it was one
   */
  function key(event) {
    if (element.hidden) return false;
    const last = shown.length - 1;
    if (event.key === 'ArrowDown' && last >= 0) activate(active === last ? 0 : active + 1, true);
    else if (event.key === 'ArrowUp' && last >= 0) activate(active === 0 ? last : active - 1, true);
    else if (event.key === 'Escape') hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
