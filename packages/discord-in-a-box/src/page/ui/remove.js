// @ts-check

/**
 * Takes a closed dialog or popover out of the page and leaves the keyboard where it was.
 *
 * Closing gives the focus back to the field that had it, but the caret was still in the closed element: removing that moves the caret
 * away from the focused field, and Chromium then drops what is typed. Focusing anew puts it back.
 * @param {Element} closed
 */
export function removeClosed(closed) {
  const { activeElement } = document;
  closed.remove();
  if (!(activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement)) return;
  activeElement.blur();
  activeElement.focus();
}
