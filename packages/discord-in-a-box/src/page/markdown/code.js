// @ts-check

/**
 * @typedef {object} CodeRegion
 * @property {number} end index after the closing ticks
 * @property {string | null} language null for inline code, a name or '' for a block
 * @property {string} text
 */

/**
 * Finds inline code and code blocks in one pass, since nothing inside them is Markdown.
 * @param {string} text
 * @returns {ReadonlyMap<number, CodeRegion>} by index of the first tick
 */
export function codeRegions(text) {
  /** @type {Map<number, CodeRegion>} */
  const regions = new Map();
  const runs = [...text.matchAll(/`+/g)].map((run) => ({ at: run.index, length: run[0].length }));
  let past = 0;
  for (const [i, run] of runs.entries()) {
    if (run.at < past || escaped(text, run.at)) continue;
    const region = fenced(text, run) ?? quoted(text, run, runs.slice(i + 1));
    if (!region) continue;
    regions.set(run.at, region);
    past = region.end;
  }
  return regions;
}

/** @param {string} text @param {number} at */
function escaped(text, at) {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

/** @typedef {{ at: number, length: number }} Run */

/** @param {string} text @param {Run} run @returns {CodeRegion | null} */
function fenced(text, run) {
  if (run.length < 3) return null;
  const language = /([\w+#.-]+)\n/y;
  language.lastIndex = run.at + 3;
  const named = language.exec(text);
  const from = named ? language.lastIndex : run.at + 3;
  const close = text.indexOf('```', from);
  if (close < 0) return null;
  const body = text.slice(from, close).replace(/^\n+/, '').trimEnd();
  if (!body) return null;
  // The line break after a block ends the block's own line; it adds no empty line to the message.
  const end = close + 3 + (text[close + 3] === '\n' ? 1 : 0);
  return { end, language: named?.[1] ?? '', text: body };
}

/** @param {string} text @param {Run} run @param {Run[]} later @returns {CodeRegion | null} */
function quoted(text, run, later) {
  const close = later.find((other) => other.length === run.length);
  if (!close) return null;
  const body = text.slice(run.at + run.length, close.at);
  // A space that only separates a tick in the code from the delimiters is not part of the code.
  const shown = body.replace(/^ (?= *`)|(` *) $/g, '$1');
  return { end: close.at + close.length, language: null, text: shown };
}
