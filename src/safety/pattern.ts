import type { Word } from './words.ts';

/** The words that one position of a pattern allows. */
interface Place {
  kind: 'word';
  whole: ReadonlySet<string>;
  begins: readonly string[];
  ends: readonly string[];
  optional: boolean;
}

type Item =
  | Place
  | { kind: 'trigger' }
  | { kind: 'any' }
  | { kind: 'gap'; most: number }
  | { kind: 'begin' }
  | { kind: 'end' };

/** A compiled pattern; the head of data/contexts-words.txt explains the syntax. */
export interface Pattern {
  /** The span of words that the pattern matches around the trigger at that index, or undefined if it does not match. */
  at(words: readonly Word[], trigger: number): { from: number; to: number } | undefined;
}

/** Compiles a pattern. `lists` maps each `@name` to its words. Throws for an undefined name. */
export function compilePattern(text: string, lists: ReadonlyMap<string, readonly string[]>): Pattern {
  const items = text
    .trim()
    .split(/\s+/)
    .map((item) => compileItem(item, lists));
  const place = items.findIndex((item) => item.kind === 'trigger');
  const before = items.slice(0, Math.max(place, 0)).reverse();
  const after = items.slice(place + 1);

  return {
    at(words, trigger) {
      if (place >= 0) {
        const from = run(before, 0, words, trigger - 1, -1);
        if (from === undefined) return undefined;
        const to = run(after, 0, words, trigger + 1, 1);
        return to === undefined ? undefined : { from: from + 1, to: to - 1 };
      }
      for (let start = 0; start < words.length; start++) {
        const to = run(after, 0, words, start, 1);
        if (to !== undefined) return { from: start, to: Math.max(start, to - 1) };
      }
      return undefined;
    },
  };
}

/**
 * Matches the items from number `i` on, one after the other, from the word at `at` in the direction of `step`; returns the
 * index after the last one.
 */
function run(
  items: readonly Item[],
  i: number,
  words: readonly Word[],
  at: number,
  step: 1 | -1,
): number | undefined {
  const item = items[i];
  if (!item) return at;
  const word = words[at];
  switch (item.kind) {
    case 'begin':
      return (step > 0 ? word : words[at + 1])?.before.sentence
        ? run(items, i + 1, words, at, step)
        : undefined;
    case 'end':
      return (step > 0 ? words[at - 1] : word)?.last ? run(items, i + 1, words, at, step) : undefined;
    case 'gap':
      for (let skipped = 0; skipped <= item.most; skipped++) {
        const found = run(items, i + 1, words, at + skipped * step, step);
        if (found !== undefined) return found;
      }
      return undefined;
    case 'any':
      return word ? run(items, i + 1, words, at + step, step) : undefined;
    case 'word': {
      const found = word && fits(item, word.plain) ? run(items, i + 1, words, at + step, step) : undefined;
      return found === undefined && item.optional ? run(items, i + 1, words, at, step) : found;
    }
    case 'trigger':
      return undefined;
  }
}

function fits(place: Place, word: string): boolean {
  return (
    place.whole.has(word) ||
    place.begins.some((stem) => word.startsWith(stem)) ||
    place.ends.some((end) => word.endsWith(end))
  );
}

function compileItem(text: string, lists: ReadonlyMap<string, readonly string[]>): Item {
  if (text === '_') return { kind: 'trigger' };
  if (text === '.') return { kind: 'any' };
  if (text === '^') return { kind: 'begin' };
  if (text === '$') return { kind: 'end' };
  const gap = /^\.\.(\d)?$/.exec(text);
  if (gap) return { kind: 'gap', most: Number(gap[1] ?? 3) };
  const optional = text.endsWith('?');
  const words = expand(optional ? text.slice(0, -1) : text, lists);
  return {
    kind: 'word',
    optional,
    whole: new Set(words.filter((word) => !word.includes('*'))),
    begins: words.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1)),
    ends: words.filter((word) => word.startsWith('*')).map((word) => word.slice(1)),
  };
}

/** Expands `a|b*|@name` to a list of words. */
export function expand(text: string, lists: ReadonlyMap<string, readonly string[]>): string[] {
  return text.split('|').flatMap((word) => {
    if (!word.startsWith('@')) {
      if (!/^(\*[a-zñ]+|[a-zñ]+\*?)$/.test(word)) throw new Error(`"${word}" is not a word of a pattern`);
      return [word];
    }
    const named = lists.get(word.slice(1));
    if (!named) throw new Error(`the list ${word} is not defined`);
    return named;
  });
}
