import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import { foldText } from './fold.ts';
import { inflect, type Kind } from './inflect.ts';

/** One entry of a word list. */
export interface Entry {
  /** All its forms, folded; a phrase contains spaces. */
  forms: string[];
  /** `begins`: any word that begins with it; `within`: any word that contains it; `whole`: the word itself. */
  match: 'whole' | 'begins' | 'within';
}

const KIND = /^(?<word>[^()]+?)\s*(?:\((?<kind>exact|thing|person|verb)\))?$/;

/** A data file of this folder. */
export const readData = (name: string): string =>
  readFileSync(new URL(`./data/${name}`, import.meta.url), 'utf8');

/** The nonempty lines of a data file, without comments, with their numbers. */
export function linesOf(text: string): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line.replace(/(^|\s)#.*$/, '').trimEnd() }))
    .filter((line) => line.text.trim() !== '');
}

/** An error in a data file, located so that the person who edited it can fix it. */
export const listError = (file: string, line: number, what: string): ChispaError =>
  new ChispaError('word-list', `src/safety/data/${file}, line ${line}: ${what}`);

/** The folded forms of a `word (kind)` entry. */
export function formsOf(text: string): string[] | undefined {
  const parsed = KIND.exec(text.trim())?.groups;
  const word = parsed && foldText(parsed.word ?? '').trim();
  if (!word || !/^[a-zñ ]+$/.test(word)) return undefined;
  // The regular expression allows no other kinds.
  return inflect(word, (parsed.kind ?? 'exact') as Kind);
}

/** Reads a word list: one entry per line; the head of data/crude.txt explains the format. Throws `word-list` for a bad line. */
export function readList(file: string, content = readData(file)): Entry[] {
  return linesOf(content).map(({ line, text }) => {
    const trimmed = text.trim();
    const match = trimmed.startsWith('*') ? 'within' : trimmed.endsWith('*') ? 'begins' : 'whole';
    const forms = formsOf(trimmed.replace(/^\*|\*$/g, ''));
    if (!forms)
      throw listError(
        file,
        line,
        `"${trimmed}" is not a word; write letters, then (thing), (person) or (verb).`,
      );
    return { forms, match };
  });
}

/** The words of a data file of whitespace-separated words. */
export const readWords = (file: string): ReadonlySet<string> =>
  new Set(linesOf(readData(file)).flatMap(({ text }) => foldText(text).trim().split(/\s+/)));

/**
 * The Spanish and English lists of `naughty-words` (the List of Dirty, Naughty, Obscene and Otherwise Bad Words, CC BY
 * 4.0), minus base-exceptions.txt. Entries with digits or symbols are left out: the filter judges words.
 */
export function readBaseList(): Entry[] {
  const load = createRequire(import.meta.url);
  const exceptions = readWords('base-exceptions.txt');
  return ['es', 'en']
    .flatMap((language) => z.array(z.string()).parse(load(`naughty-words/${language}.json`)))
    .map((word) => foldText(word).replaceAll('-', ' '))
    .filter((word) => /^[a-zñ ]{3,}$/.test(word) && !exceptions.has(word))
    .map((word) => ({ forms: [word], match: 'whole' }));
}
