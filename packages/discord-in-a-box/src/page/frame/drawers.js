// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';

/**
 * The columns beside the chat. On a phone they are drawers over it; on wide screens they are fixed, and the member list
 * can be hidden.
 */
export function drawers() {
  const narrow = matchMedia('(max-width: 800px)');
  const left = h('div', { class: 'navigation' });
  const right = h('div', { class: 'members-frame' });
  const shade = h('button', {
    type: 'button',
    class: 'shade',
    tabindex: -1,
    'aria-label': t('close'),
    onclick: close,
  });
  /** @type {Element | null} */
  let before = null;
  narrow.addEventListener('change', reset);
  reset();
  return {
    /** @param {...Element} children */
    navigation: (...children) => {
      left.append(...children);
      return h('div', { class: 'drawer-frame' }, left, shade);
    },
    /** @param {Element} child */
    members: (child) => {
      right.append(child);
      return right;
    },
    openNavigation: () => open(left),
    toggleMembers: () => {
      if (!narrow.matches) right.classList.toggle('members-hidden');
      else if (right.classList.contains('drawer-open')) close();
      else open(right);
    },
    close,
  };

  /** A closed drawer can be neither focused nor clicked. */
  function reset() {
    for (const drawer of [left, right]) {
      drawer.classList.remove('drawer-open');
      drawer.inert = narrow.matches;
    }
    shade.classList.remove('shade-open');
  }

  /** @param {HTMLElement} drawer */
  function open(drawer) {
    reset();
    before = document.activeElement;
    drawer.classList.add('drawer-open');
    drawer.inert = false;
    shade.classList.add('shade-open');
    const current = drawer.querySelector('[aria-current=page]') ?? drawer.querySelector('button');
    if (current instanceof HTMLElement) current.focus();
  }

  function close() {
    if (!shade.classList.contains('shade-open')) return;
    reset();
    if (before instanceof HTMLElement) before.focus();
  }
}
