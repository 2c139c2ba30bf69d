import { fold } from './fold.ts';

/** One word of a text: a run of letters, digits and the symbols that stand for letters. */
export interface Word {
  /** The folded run as written, with the symbols at its ends: what the word trie reads. */
  run: string[];
  /** The plain reading for rules: leetspeak as letters, without symbols at the ends. */
  plain: string;
  /** Whether it consists only of letters. */
  pure: boolean;
  /** Its position in the original text. */
  start: number;
  end: number;
  /** What separates it from the previous word: only symbols ("p.u.t.a"), spaces, or a new sentence. */
  before: { blanks: number; marks: string; sentence: boolean };
  /** Whether a sentence ends after it. */
  last: boolean;
}

const PART = /[\p{L}\p{N}@$!¡|*+€£#]/u;
const LETTER = /\p{L}/u;
const ONLY_LETTERS = /^\p{L}+$/u;
// What may be the last letter of a word; "!" and "$" are usually not letters there.
const LAST_LETTERS = new Set(['0', '3', '4', '5', '@', '€']);
const SENTENCE = /[.,;:?!¿¡…"“”()\-–—]/;
const DIGIT_LETTERS: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '€': 'e',
  '+': 't',
};

function plainOf(run: readonly string[]): string {
  const joined = run.join('');
  if (ONLY_LETTERS.test(joined)) return joined;
  const first = run.findIndex((one) => LETTER.test(one));
  if (first < 0) return run.join('');
  const last = run.findLastIndex((one) => LETTER.test(one) || LAST_LETTERS.has(one));
  return run
    .slice(first, last + 1)
    .map((one) => DIGIT_LETTERS[one] ?? one)
    .join('');
}

/** The words of a text in order, with what separates them. A text of only spaces and symbols has none. */
export function wordsOf(text: string): Word[] {
  const { characters, starts, ends } = fold(text);
  const words: Word[] = [];
  let blanks = 0;
  let marks = '';
  for (let at = 0; at < characters.length; ) {
    const character = characters[at] ?? '';
    if (!PART.test(character)) {
      if (character === ' ') blanks++;
      else marks += character;
      at++;
      continue;
    }
    let to = at;
    while (to < characters.length && PART.test(characters[to] ?? '')) to++;
    const run = characters.slice(at, to);
    const sentence = SENTENCE.test(marks) || words.length === 0;
    const previous = words.at(-1);
    if (previous && (sentence || /[!¡]$/.test(previous.run.at(-1) ?? ''))) previous.last = true;
    words.push({
      run,
      plain: plainOf(run),
      pure: ONLY_LETTERS.test(run.join('')),
      start: starts[at] ?? 0,
      end: ends[to - 1] ?? text.length,
      before: { blanks, marks, sentence },
      last: false,
    });
    at = to;
    blanks = 0;
    marks = '';
  }
  const final = words.at(-1);
  if (final) final.last = true;
  return words;
}

// #HijoDePuta, hijoDePuta: capitals begin words; "dIsPuTa" is one word in a mood.
const CAMEL = /^#?\p{L}\p{Ll}{2,}(?:\p{Lu}\p{Ll}+)+$/u;

/**
 * Other runs inside a word that may be words, divided by symbols ("hola!adiós") or by capitals ("#HolaAdiós").
 */
export function partsOf(word: Word, text: string): string[][] {
  const parts: string[][] = [];
  if (!word.pure) {
    const divided = word.run.join('').match(/[\p{L}]{3,}/gu) ?? [];
    if (divided.join('').length < word.run.length) parts.push(...divided.map((part) => [...part]));
  }
  const written = text.slice(word.start, word.end);
  if (CAMEL.test(written))
    for (const part of written.replace('#', '').split(/(?=\p{Lu})/u)) parts.push(fold(part).characters);
  return parts;
}
