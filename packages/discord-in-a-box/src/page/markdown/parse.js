// @ts-check
import { block } from './blocks.js';
import { codeRegions } from './code.js';
import { entity } from './entities.js';
import { span } from './spans.js';

/** @import { Node } from './nodes.js' */
/** @import { Context, Found } from './rule.js' */

/** Nobody nests deeper than this; deeper text is an attempt to overflow the stack, and stays plain. */
const deepest = 24;

/**
 * Parses text the way Discord's client reads Markdown. Anything that is not Markdown stays text: nothing is lost or
 * refused.
 * @param {string} text
 * @param {{ blocks?: boolean }} [options] `blocks: false` for one-line places such as embed titles
 * @returns {Node[]}
 */
export function parseMarkdown(text, { blocks = true } = {}) {
  return parse(text, { blocks, quoted: false, linked: false, lineStart: true, depth: 0 });
}

/**
 * @param {string} text
 * @param {Omit<Context, 'codes' | 'inner'>} place
 * @returns {Node[]}
 */
function parse(text, place) {
  if (place.depth > deepest) return [{ type: 'text', text }];
  /** @type {Context} */
  const context = {
    ...place,
    codes: codeRegions(text),
    inner: (inside, change) =>
      parse(inside, { ...place, lineStart: false, depth: place.depth + 1, ...change }),
  };
  /** @type {Node[]} */
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push({ type: 'text', text: plain });
    plain = '';
  };
  let at = 0;
  while (at < text.length) {
    const found = rule(text, at, context);
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    if ('plain' in found) plain += found.plain;
    else {
      flush();
      nodes.push(found.node);
    }
    at = found.end;
  }
  flush();
  return nodes;
}

/** @param {string} text @param {number} at @param {Context} context @returns {Found} */
function rule(text, at, context) {
  const lineStart = at === 0 ? context.lineStart : text[at - 1] === '\n';
  return (
    (lineStart && context.blocks ? block(text, at, context) : null) ??
    span(text, at, context) ??
    entity(text, at, context)
  );
}
