// @ts-check
import { h } from '../dom.js';
import { openPopover } from './popover.js';

/** @import { Child } from '../types.d.ts' */

/**
 * @typedef {{ label: string, face?: Child, danger?: boolean, run: () => void }} MenuItem
 * @typedef {{ title?: string, items: MenuItem[], empty?: string }} MenuGroup
 */

/**
 * A context menu. Arrows move, Enter or Space runs, letters jump to items that begin with them, Esc closes.
 * @param {object} options
 * @param {Element | { x: number, y: number }} options.anchor
 * @param {string} options.label
 * @param {MenuGroup[]} options.groups
 */
export function openMenu({ anchor, label, groups }) {
  const menu = h(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': label, onkeydown: key },
    groups.map(({ title, items, empty }) =>
      h(
        'div',
        { class: 'menu-group', role: 'group', 'aria-label': title },
        title && h('div', { class: 'menu-title', 'aria-hidden': 'true' }, title),
        items.map(({ label: text, face, danger, run }) =>
          h(
            'button',
            {
              type: 'button',
              role: 'menuitem',
              tabindex: -1,
              class: ['menu-item', danger && 'menu-danger'],
              onclick: () => {
                popover.close();
                run();
              },
              onpointerenter: (/** @type {PointerEvent} */ event) => focusItem(event.currentTarget),
            },
            h('span', { class: 'menu-label' }, text),
            face,
          ),
        ),
        items.length === 0 && empty && h('div', { class: 'menu-empty' }, empty),
      ),
    ),
  );
  const popover = openPopover({ anchor, content: menu, className: 'popover-menu' });
  focusItem(menu.querySelector('[role=menuitem]'));

  /** @param {EventTarget | null} item */
  function focusItem(item) {
    if (item instanceof HTMLElement) item.focus();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const items = [...menu.querySelectorAll('[role=menuitem]')];
    const at = document.activeElement ? items.indexOf(document.activeElement) : -1;
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
    if (event.key in steps)
      focusItem(items[steps[/** @type {keyof typeof steps} */ (event.key)] % items.length] ?? null);
    else if (event.key === 'Tab') popover.close();
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      const later = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      focusItem(later.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter)) ?? null);
    } else return;
    event.preventDefault();
  }
}
