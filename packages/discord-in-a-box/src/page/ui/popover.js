// @ts-check
import { h } from '../dom.js';
import { removeClosed } from './remove.js';

/**
 * Shows content above the page, next to an element or at a point; a click outside or Esc closes it and restores the
 * focus.
 * @param {object} options
 * @param {Element | { x: number, y: number }} options.anchor
 * @param {HTMLElement} options.content
 * @param {string} [options.className]
 * @param {boolean} [options.matchWidth] at least as wide as the anchor
 * @param {() => void} [options.onclose]
 */
export function openPopover({ anchor, content, className = '', matchWidth = false, onclose }) {
  const before = document.activeElement;
  const popover = h('div', { class: ['popover', className], popover: 'auto' }, content);
  // While a dialog is open everything outside it is inert, including popovers.
  const home = (anchor instanceof Element && anchor.closest('dialog')) || document.body;
  home.append(popover);
  popover.showPopover();
  place();
  window.addEventListener('resize', close);
  popover.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    window.removeEventListener('resize', close);
    const held = popover.contains(document.activeElement) || document.activeElement === document.body;
    removeClosed(popover);
    if (held && before instanceof HTMLElement && before.isConnected) before.focus();
    onclose?.();
  });
  return { element: popover, close, place };

  function close() {
    if (popover.isConnected && popover.matches(':popover-open')) popover.hidePopover();
  }

  function place() {
    const edge = 8;
    const rect =
      anchor instanceof Element
        ? anchor.getBoundingClientRect()
        : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y, width: 0 };
    if (matchWidth) popover.style.minWidth = `${rect.width}px`;
    const below = innerHeight - rect.bottom - edge * 2;
    const above = rect.top - edge * 2;
    const upwards = popover.offsetHeight > below && above > below;
    popover.style.maxHeight = `${Math.max(120, upwards ? above : below)}px`;
    const { offsetWidth: width, offsetHeight: height } = popover;
    popover.style.left = `${Math.max(edge, Math.min(rect.left, innerWidth - width - edge))}px`;
    popover.style.top = `${upwards ? Math.max(edge, rect.top - height - 4) : Math.min(rect.bottom + 4, innerHeight - height - edge)}px`;
  }
}
