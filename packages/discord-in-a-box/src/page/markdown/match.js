// @ts-check

/**
 * Matches a sticky pattern at one place of the text, without cutting the text.
 * @param {RegExp} sticky
 * @param {string} text
 * @param {number} at
 */
export function match(sticky, text, at) {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
