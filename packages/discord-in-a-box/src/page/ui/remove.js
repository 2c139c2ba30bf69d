// @ts-check

/**
 * Removes a closed dialog or popover from the page and keeps the keyboard focus where it was.
 *
 * Closing returns the focus to the field that had it, but the caret is still in the closed element. Removing that
 * element moves the caret away from the focused field, and Chromium then drops what is typed. Focusing again fixes it.
 * @param {Element} closed
 */
export function removeClosed(closed) {
  const { activeElement } = document;
  closed.remove();
  if (!(activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement)) return;
  activeElement.blur();
  activeElement.focus();
}
