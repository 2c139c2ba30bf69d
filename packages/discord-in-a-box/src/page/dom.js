// @ts-check

/** @import { Child } from './types.d.ts' */

/**
 * Attributes by name; `on…` functions become listeners, `class` may be a list with empty entries, `true` sets an empty attribute, and
 * empty values leave the attribute out.
 * @typedef {Record<string, unknown> & { class?: string | (string | false | null | undefined)[] }} Attributes
 */

const svgNames = new Set(['svg', 'path', 'circle', 'rect', 'g', 'title']);

/**
 * Builds an element. The page creates all its elements this way, so that text is never parsed as HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  decorate(element, attributes);
  append(element, children);
  return element;
}

/**
 * Builds an SVG element.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  if (!svgNames.has(tag)) throw new TypeError(`<${tag}> is no SVG element this page draws with.`);
  // The names above are all SVG elements.
  const element = /** @type {SVGElement} */ (document.createElementNS('http://www.w3.org/2000/svg', tag));
  decorate(element, attributes);
  append(element, children);
  return element;
}

/** @param {Element} element @param {Attributes} attributes */
function decorate(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') {
      // A listener takes the kind of event that its attribute names.
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (name === 'class') {
      element.setAttribute('class', Array.isArray(value) ? value.filter(Boolean).join(' ') : String(value));
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

/** @param {Element} element @param {Child[]} children */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

let last = 0;

/**
 * A unique element id, for labels and `aria-controls`.
 * @param {string} prefix
 */
export function freshId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Focuses an element, if the query found one. @param {Element | null | undefined} element */
export function focus(element) {
  if (element instanceof HTMLElement) element.focus();
}
