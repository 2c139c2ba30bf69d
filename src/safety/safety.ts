import { type Context, phraseContext, readContexts } from './contexts.ts';
import { chunksOf, joinedOf } from './joined.ts';
import { type Entry, readBaseList, readList, readWords } from './lists.ts';
import { createWordTrie } from './trie.ts';
import type { Reason, Ruling, SafetyMode, Verdict } from './verdict.ts';
import { partsOf, type Word, wordsOf } from './words.ts';

/** The filter of themes, prompts and generated text. */
export interface Safety {
  /**
   * Judges a text of any length in linear time. Never throws. If there are several faults, a slur is reported first,
   * otherwise the first one in the text.
   */
  check(text: string, mode: SafetyMode): Verdict;
}

interface Finding {
  ruling: Ruling;
  reason: Reason;
  start: number;
  end: number;
}

const LISTS: [file: string, reason: Reason, ruling: Ruling][] = [
  ['slurs.txt', 'slur', 'never'],
  ['crude.txt', 'crude', 'no'],
  ['sexual.txt', 'sexual', 'no'],
  ['violence.txt', 'violence', 'no'],
];
const CONTEXTS = ['contexts-words.txt', 'contexts-groups.txt'];
const SHORTEST_HIDING = 6;
// A rule looks at most this many words away: more than a joke has, and few enough for a text of thousands.
const NEAR = 60;
const ALLOWED: Verdict = { allowed: true };

/**
 * Reads the word lists and context rules, which takes about 20 ms; create one filter and keep it. Throws `word-list` with
 * file and line if a data file is malformed.
 */
export function createSafety(): Safety {
  const trie = createWordTrie();
  const everyday = readWords('everyday.txt');
  const shortWords = readWords('short-words.txt');
  const subjects: (Context | { reason: Reason; ruling: Ruling })[] = [];
  const within: { word: string; reason: Reason; ruling: Ruling }[] = [];

  function addList(entries: readonly Entry[], reason: Reason, ruling: Ruling): void {
    const id = subjects.push({ reason, ruling }) - 1;
    for (const { forms, match } of entries)
      for (const form of forms) {
        if (form.includes(' ')) addContext(phraseContext(form, reason, ruling));
        else if (match === 'within') within.push({ word: form, reason, ruling });
        if (!form.includes(' ') && !everyday.has(form)) trie.add(form, id, { start: match === 'begins' });
      }
  }

  function addContext(context: Context): void {
    const id = subjects.push(context) - 1;
    for (const trigger of new Set(context.triggers)) trie.add(trigger, id);
  }

  for (const [file, reason, ruling] of LISTS) addList(readList(file), reason, ruling);
  addList(readBaseList(), 'crude', 'no');
  for (const file of CONTEXTS) for (const context of readContexts(file)) addContext(context);

  const anyWithin = new RegExp(within.map(({ word }) => word).join('|'));

  /** What the lists and rules say about one reading of a word. `around` is called only if a rule needs its neighbors. */
  function* judge(word: Word, run: readonly string[], around: () => [Word[], number]): Generator<Finding> {
    const { start, end } = word;
    for (const id of trie.find(run)) {
      const subject = subjects[id];
      if (subject && 'judge' in subject) {
        const [words, at] = around();
        const { ruling, reason, from, to } = subject.judge(words, at);
        yield { ruling, reason, start: words[from]?.start ?? start, end: words[to]?.end ?? end };
      } else if (subject && !everyday.has(word.plain)) yield { ...subject, start, end };
    }
  }

  /** Listed words run together with others: "eresungilipollas". */
  function* hidden({ plain, start, end }: Word): Generator<Finding> {
    if (plain.length < SHORTEST_HIDING || !anyWithin.test(plain) || everyday.has(plain)) return;
    for (const { word, reason, ruling } of within)
      if (plain.includes(word)) yield { reason, ruling, start, end };
  }

  function* findings(text: string): Generator<Finding> {
    const words = wordsOf(text);
    const hyphenated = new Set<number>();
    for (const { from, to, word } of chunksOf(words))
      if (everyday.has(word.plain)) for (let at = from; at <= to; at++) hyphenated.add(at);
    for (const [at, word] of words.entries()) {
      if (hyphenated.has(at)) continue;
      yield* judge(word, word.run, () => near(words, at, at));
      if (everyday.has(word.plain)) continue;
      for (const run of partsOf(word, text)) yield* judge(word, run, () => near(words, at, at));
      yield* hidden(word);
    }
    for (const { from, to, word, sure } of joinedOf(words, shortWords)) {
      if (hyphenated.has(from) && hyphenated.has(to)) continue;
      yield* judge(word, word.run, () => near(words, from, to, word));
      if (sure) yield* hidden(word);
    }
  }

  return {
    check(text, mode) {
      let first: Finding | undefined;
      for (const finding of findings(text)) {
        if (finding.ruling === 'never') return refusal(text, finding);
        if (finding.ruling === 'no' && (!first || finding.start < first.start)) first = finding;
      }
      return first && mode === 'safe' ? refusal(text, first) : ALLOWED;
    },
  };
}

/** The surroundings of a word, or of the words `from` to `to` read as one, and its index in them. */
function near(words: readonly Word[], from: number, to: number, joined?: Word): [Word[], number] {
  const first = Math.max(0, from - NEAR);
  const before = words.slice(first, from);
  const after = words.slice(to + 1, to + 1 + NEAR);
  return [[...before, ...(joined ? [joined] : words.slice(from, to + 1)), ...after], from - first];
}

function refusal(text: string, { reason, start, end }: Finding): Verdict {
  return { allowed: false, reason, match: text.slice(start, end) };
}
