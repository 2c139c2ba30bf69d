import type { Tokenizer } from '../models/tokenizer.ts';
import { untold } from '../prompt/thought.ts';

/** The text of one row as its tokens arrive. */
export interface TextStream {
  /** Takes one token. Returns as `stopped` the stop string that the text now contains, which ends it. */
  push(token: number): { stopped?: string };
  /** The text since the last call that can no longer change: whole words and whole characters. */
  settled(): string;
  /** The remaining text, once there are no more tokens. */
  rest(): string;
  /** Everything up to the stop string, if there is one. An incomplete last character is left out. */
  readonly text: string;
}

/**
 * `opening`: text that precedes the first token. `stop`: strings that end the text before them. `fresh`: nothing
 * precedes the text, so the space that some vocabularies put before a first word is left out. `answers`: the text
 * begins with its first visible word, after any thinking.
 */
export function createTextStream(
  tokenizer: Pick<Tokenizer, 'bytes' | 'leadingSpace'>,
  options: {
    opening?: string;
    stop?: readonly string[] | undefined;
    fresh?: boolean;
    answers?: boolean;
  } = {},
): TextStream {
  const { opening = '', stop = [], fresh = false, answers = false } = options;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const stops = stop.filter((string) => string !== '');
  const longestStop = Math.max(0, ...stops.map((string) => string.length));
  let text = opening;
  let given = 0;
  let unanswered = answers ? '' : undefined; // the text before an answer, as long as it may still grow

  const give = (end: number): string => {
    const increment = text.slice(given, Math.max(given, end));
    given += increment.length;
    return increment;
  };

  return {
    push(token) {
      const from = Math.max(0, text.length - longestStop + 1);
      // A byte-level vocabulary can produce the character NUL, which no text needs and PostgreSQL cannot store.
      const piece = decoder.decode(tokenizer.bytes(token), { stream: true }).replaceAll('\0', '');
      if (unanswered !== undefined) {
        unanswered += piece;
        const told = unanswered.slice(untold(unanswered));
        if (told === '') return {};
        unanswered = undefined;
        text += told;
      } else text += fresh && tokenizer.leadingSpace && text === '' ? piece.replace(/^ /, '') : piece;
      const found = stops
        .map((string) => ({ string, index: text.indexOf(string, from) }))
        .filter(({ index }) => index >= 0)
        .sort((a, b) => a.index - b.index);
      const [first] = found;
      if (!first) return {};
      text = text.slice(0, first.index);
      return { stopped: first.string };
    },
    // Whitespace is held back until the word after it: what follows could be a combining mark or the rest of a word.
    settled: () => give(Math.min(lastWhitespace(text), text.length - partialStop(text, stops))),
    rest: () => give(text.length),
    get text() {
      return text;
    },
  };
}

/** Start of the whitespace before the last word; -1 when there is none. */
function lastWhitespace(text: string): number {
  return text.search(/\s+\S*$/u);
}

/** Length of the longest suffix of the text that could still grow into a stop string. */
function partialStop(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops)
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--)
      if (text.endsWith(stop.slice(0, length))) longest = length;
  return longest;
}
