/** Abbreviations: a period after these does not end a sentence. */
const ABBREVIATIONS = new Set(
  'sr sra srta sres dr dra d dña ud uds vd vds prof profa lic ing arq gral cap sto sta av núm pág etc'.split(
    ' ',
  ),
);

/** An end mark, possibly repeated, and the quotes and brackets that close after it, at the end of a word. */
const SENTENCE_END = /(\p{L}*)([.!?…]+)["'”’»)\]]*(?=\s|$)/gu;

/**
 * The text up to the end of its last finished sentence, or `undefined` when none is finished. Periods in
 * abbreviations, initials and decimals do not end a sentence.
 */
export function finishedSentences(text: string): string | undefined {
  let end: number | undefined;
  for (const match of text.matchAll(SENTENCE_END)) {
    const [whole, word = '', marks] = match;
    const abbreviated = marks === '.' && (ABBREVIATIONS.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word));
    if (!abbreviated) end = match.index + whole.length;
  }
  return end === undefined ? undefined : text.slice(0, end);
}
