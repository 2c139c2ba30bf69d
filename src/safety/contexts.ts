import { formsOf, linesOf, listError, readData } from './lists.ts';
import { compilePattern, expand, type Pattern } from './pattern.ts';
import { REASONS, type Reason, RULINGS, type Ruling } from './verdict.ts';
import type { Word } from './words.ts';

interface Rule {
  ruling: Ruling;
  covers(words: readonly Word[], trigger: number): { from: number; to: number } | undefined;
}

/** A ruling with its reason and the indices of the first and last word it covers. */
export interface Judgment {
  ruling: Ruling;
  reason: Reason;
  from: number;
  to: number;
}

/** The rules for words that are judged by their surroundings. */
export interface Context {
  triggers: string[];
  /** The ruling on the trigger at that index of the words, its reason, and the words it covers. */
  judge(words: readonly Word[], trigger: number): Judgment;
}

type Lists = Map<string, readonly string[]>;

// The kinds of lines; the names of their parts are unique across kinds.
const LINES = [
  /^@(?<list>\w+)\s*=\s*(?<words>.+)$/,
  /^frame (?<frame>\w+)$/,
  /^\[(?<triggers>[^\]]+)\]\s+(?<reason>\w+)$/,
  /^\s+use (?<used>\w+)$/,
  /^\s+otherwise\s+(?<fallback>\w+)$/,
  /^\s+(?<ruling>ok|no|never)\s+(?<pattern>.+)$/,
];

/**
 * Reads a file of context rules; the head of data/contexts-words.txt explains the format. Throws `word-list` for a bad
 * line.
 */
export function readContexts(file: string, content = readData(file)): Context[] {
  const lists: Lists = new Map();
  const frames = new Map<string, Rule[]>();
  const contexts: Context[] = [];
  let rules: Rule[] = [];

  /** Reads one line; returns whether it was understood. */
  function read(text: string): boolean {
    const { list, words = '', frame, triggers, reason, used, ruling, pattern, fallback } = partsOf(text);
    if (list) lists.set(list, words.trim().split(/\s+/));
    else if (frame) {
      rules = [];
      frames.set(frame, rules);
    } else if (triggers) {
      rules = [];
      contexts.push(context(triggersOf(triggers), reasonOf(reason), rules));
    } else if (used) rules.push(...(frames.get(used) ?? fail(`the frame ${used} is not defined`)));
    else if (ruling && pattern) rules.push(compileRule(rulingOf(ruling), pattern, lists));
    else if (fallback) rules.push({ ruling: rulingOf(fallback), covers: (_, at) => ({ from: at, to: at }) });
    else return false;
    return true;
  }

  for (const { line, text } of linesOf(content)) {
    let understood = false;
    try {
      understood = read(text);
    } catch (error) {
      throw listError(file, line, error instanceof Error ? error.message : String(error));
    }
    if (!understood) throw listError(file, line, `"${text.trim()}" is not a rule; see the head of the file.`);
  }
  return contexts;
}

/** A phrase of a word list as a context: its first word followed by the others. */
export function phraseContext(phrase: string, reason: Reason, ruling: Ruling): Context {
  const [first = '', ...others] = phrase.split(' ');
  const rule = compileRule(ruling, ['_', ...others].join(' '), new Map());
  return context([first], reason, [rule]);
}

function context(triggers: string[], reason: Reason, rules: readonly Rule[]): Context {
  return {
    triggers,
    judge(words, trigger) {
      for (const { ruling, covers } of rules) {
        const span = covers(words, trigger);
        // Whatever is always refused is hate, whatever its section is about, or sex with minors.
        const grave = ruling === 'never' && reason !== 'minors' ? 'slur' : reason;
        if (span) return { ruling, reason: grave, ...span };
      }
      return { ruling: 'ok', reason, from: trigger, to: trigger };
    },
  };
}

/** The named parts of a line, whatever its kind; none if it is of no kind. */
function partsOf(text: string): Partial<Record<string, string>> {
  for (const line of LINES) {
    const parts = line.exec(text)?.groups;
    if (parts) return parts;
  }
  return {};
}

function fail(what: string): never {
  throw new Error(what);
}

const reasonOf = (name: string | undefined): Reason =>
  REASONS.find((one) => one === name) ?? fail(`"${name}" is not a reason; use ${REASONS.join(', ')}`);

const rulingOf = (name: string): Ruling =>
  RULINGS.find((one) => one === name) ?? fail(`"${name}" is not a ruling; use ${RULINGS.join(', ')}`);

/** All forms of triggers such as `negro negros coger (verb)`. */
function triggersOf(text: string): string[] {
  return text
    .replaceAll(' (', '(')
    .split(/\s+/)
    .flatMap((entry) => {
      return formsOf(entry.replace('(', ' (')) ?? fail(`"${entry}" is not a word`);
    });
}

function compileRule(ruling: Ruling, text: string, lists: Lists): Rule {
  if (!text.startsWith('with ')) {
    const pattern: Pattern = compilePattern(text, lists);
    return { ruling, covers: pattern.at };
  }
  const wanted = expand(text.slice('with '.length).trim(), lists);
  const whole = new Set(wanted);
  const stems = wanted.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1));
  const stands = (word: Word) => whole.has(word.plain) || stems.some((stem) => word.plain.startsWith(stem));
  return { ruling, covers: (words, at) => (words.some(stands) ? { from: at, to: at } : undefined) };
}
