// @ts-check

/** @import { Node } from './nodes.js' */

/**
 * Where in the text the parser stands and what may begin there.
 * @typedef {object} Context
 * @property {boolean} blocks headings, lists and quotes are recognised (message text, embed descriptions; not titles)
 * @property {boolean} quoted inside a quote, where Discord starts no second one
 * @property {boolean} linked inside a link, where no second one starts
 * @property {boolean} lineStart whether the text's first character starts a line
 * @property {number} depth how deep the text is nested
 * @property {ReadonlyMap<number, import('./code.js').CodeRegion>} codes where code stands in this text
 * @property {(text: string, change?: Partial<Context>) => Node[]} inner parses what stands inside a mark
 */

/**
 * What a rule found: a node, or characters that stay text (an escape), and where parsing goes on.
 * @typedef {{ node: Node, end: number } | { plain: string, end: number } | null} Found
 */

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
