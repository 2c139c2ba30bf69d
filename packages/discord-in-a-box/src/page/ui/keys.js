// @ts-check

/**
 * Global keys: Esc returns to the composer, a letter typed outside any field goes into it, and arrow up in an empty
 * composer moves to the newest message.
 * @param {object} deps
 * @param {() => void} deps.close closes what covers the page on a phone
 * @param {() => void} deps.focus focuses the composer
 * @param {() => void} deps.focusLast focuses the newest message
 */
export function listenForKeys({ close, focus, focusLast }) {
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open], :popover-open')) return;
    const { target, key } = event;
    const withModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (key === 'Escape') {
      close();
      focus();
    } else if (key === 'ArrowUp' && isEmptyComposer(target)) {
      event.preventDefault();
      focusLast();
    } else if (key.length === 1 && key !== ' ' && !withModifier && target === document.body) focus();
  });
}

/** @param {EventTarget | null} target */
function isEmptyComposer(target) {
  return target instanceof HTMLTextAreaElement && target.matches('.composer-input') && target.value === '';
}
