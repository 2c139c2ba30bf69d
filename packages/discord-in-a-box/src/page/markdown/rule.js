// @ts-check

/** @import { Node } from './nodes.js' */

/**
 * Where the parser is in the text and what may begin there.
 * @typedef {object} Context
 * @property {boolean} blocks headings, lists and quotes are recognized (message text, embed descriptions; not titles)
 * @property {boolean} quoted inside a quote, where Discord does not start another
 * @property {boolean} linked inside a link, where no other starts
 * @property {boolean} lineStart whether the text's first character starts a line
 * @property {number} depth nesting depth
 * @property {ReadonlyMap<number, import('./code.js').CodeRegion>} codes the code regions in this text
 * @property {(text: string, change?: Partial<Context>) => Node[]} inner parses the content of a mark
 */

/**
 * What a rule found: a node, or characters that stay text (an escape), and where parsing continues.
 * @typedef {{ node: Node, end: number } | { plain: string, end: number } | null} Found
 */

/**
 * Matches a sticky pattern at one position in the text, without slicing the text.
 * @param {RegExp} sticky
 * @param {string} text
 * @param {number} at
 */
export function match(sticky, text, at) {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
