const [OPEN, CLOSE] = ['<think>', '</think>'];

/**
 * How many characters at the beginning of an answer are not told: white space, and what a model thought first, even if
 * that is nothing. All of them while more text may still belong to it.
 */
export function untold(text: string): number {
  const start = text.search(/\S/u);
  if (start < 0) return text.length;
  const rest = text.slice(start);
  if (OPEN.startsWith(rest)) return text.length;
  if (!rest.startsWith(OPEN)) return start;
  const end = rest.indexOf(CLOSE);
  if (end < 0) return text.length;
  const after = start + end + CLOSE.length;
  return after + untold(text.slice(after));
}
