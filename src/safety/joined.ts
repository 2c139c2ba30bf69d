import type { Word } from './words.ts';

/** Words that may be one word split up: "p u t a", "p.u.t.a", "pu ta", "pu-ta". */
export interface Joined {
  /** The index of the first word and of the last. */
  from: number;
  to: number;
  /** All of them as one word. */
  word: Word;
  /** Whether it is clearly one word, which may hide a listed one among other letters. */
  sure: boolean;
}

const ONE_LETTER_WORDS = new Set(['e', 'o', 'u', 'y']);
const LONGEST_PIECE = 4;
const MOST_PIECES = 4;
const IS_WORD = /^[a-zñ]+$/;

/** The pieces `from` to `to` as one word. */
function join(words: readonly Word[], from: number, to: number, sure: boolean): Joined | undefined {
  const pieces = words.slice(from, to + 1);
  const [first] = pieces;
  const final = pieces.at(-1);
  if (!first || !final) return undefined;
  const word: Word = {
    run: pieces.flatMap((piece) => piece.run),
    plain: pieces.map((piece) => piece.plain).join(''),
    pure: pieces.every((piece) => piece.pure),
    start: first.start,
    end: final.end,
    before: first.before,
    last: final.last,
  };
  return { from, to, word, sure };
}

/** Runs of three or more single letters. A wider gap ends a word: "h o l a   p u t a". */
function* spelled(words: readonly Word[]): Generator<[number, number]> {
  for (let from = 0; from < words.length; ) {
    let to = from;
    while (to < words.length && words[to]?.plain.length === 1) to++;
    if (to - from >= 3) yield* groups(words, from, to);
    from = Math.max(to, from + 1);
  }
}

function* groups(words: readonly Word[], from: number, to: number): Generator<[number, number]> {
  const narrow = Math.min(...words.slice(from + 1, to).map((word) => word.before.blanks));
  let start = from;
  for (let at = from + 1; at <= to; at++) {
    if (at < to && words[at]?.before.blanks === narrow) continue;
    if (at - start >= 3) yield* trimmed(words, start, at - 1);
    start = at;
  }
}

/** The run itself, and without a one-letter word at either end: "y p u t a". */
function* trimmed(words: readonly Word[], from: number, to: number): Generator<[number, number]> {
  yield [from, to];
  const first = ONE_LETTER_WORDS.has(words[from]?.plain ?? '');
  const last = ONE_LETTER_WORDS.has(words[to]?.plain ?? '');
  if (first) yield [from + 1, to];
  if (last) yield [from, to - 1];
  if (first && last) yield [from + 1, to - 1];
}

/** Two to four short neighbors, not all single letters, at least one of which is not a Spanish word. */
function* split(words: readonly Word[], shortWords: ReadonlySet<string>): Generator<[number, number]> {
  for (let from = 0; from < words.length; from++) {
    let strange = false;
    let single = true;
    for (let to = from; to < words.length && to < from + MOST_PIECES; to++) {
      const word = words[to];
      if (!word || word.plain.length > LONGEST_PIECE || !IS_WORD.test(word.plain)) break;
      if (to > from && word.before.sentence && word.before.blanks > 0) break;
      if (word.plain.length < LONGEST_PIECE && !shortWords.has(word.plain)) strange = true;
      single &&= word.plain.length === 1;
      if (to > from && strange && !single) yield [from, to];
    }
  }
}

/** Whole words with symbols but no spaces inside: "pu-ta", "p.ut.a", "com-pu-ta-do-ra". */
export function* chunksOf(words: readonly Word[]): Generator<Joined> {
  for (let from = 0; from < words.length; ) {
    let to = from + 1;
    while (to < words.length && words[to]?.before.blanks === 0) to++;
    if (to - from > 1) yield* whole(join(words, from, to - 1, true));
    from = to;
  }
}

const whole = (joined: Joined | undefined): Joined[] => (joined ? [joined] : []);

/** Everything in a text that may be one word split up. */
export function* joinedOf(words: readonly Word[], shortWords: ReadonlySet<string>): Generator<Joined> {
  yield* chunksOf(words);
  for (const [from, to] of spelled(words)) yield* whole(join(words, from, to, true));
  for (const [from, to] of split(words, shortWords)) yield* whole(join(words, from, to, false));
}
