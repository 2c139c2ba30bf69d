import { cleanText } from '../../src/corpus/clean.ts';
import { withMarkers } from './markers.ts';
import { pick, type Random } from './random.ts';
import { type Entry, FORMS } from './words.ts';

/** The entries that a sample's slots stand for, by slot name. */
export type Bindings = ReadonlyMap<string, Entry>;

/**
 * Writes a text from its notation:
 * - `{one|two|}` chooses one of the alternatives, which may contain notation again;
 * - `<x>` is the text of the entry bound to x, `<x.why>` one of its fields (also notation);
 * - `<el:x>`, `<un:x>`, `<los:x>`, `cansad<o:x>` … are the entry with its article, or an ending that agrees with it.
 *
 * What Spanish does where words meet is handled here: de + el, a + el, y before i, o before o, capitals.
 */
export function write(notation: string, bindings: Bindings, random: Random): string {
  return polish(withMarkers(expand(notation, bindings, random), random));
}

function expand(notation: string, bindings: Bindings, random: Random): string {
  const innermost = /\{([^{}]*)\}|<([^<>]*)>/;
  let text = notation;
  for (let match = innermost.exec(text); match; match = innermost.exec(text)) {
    const [whole, alternatives, slot = ''] = match;
    const replacement =
      alternatives === undefined ? slotText(slot, bindings) : pick(random, alternatives.split('|'));
    text = text.slice(0, match.index) + replacement + text.slice(match.index + whole.length);
  }
  return text;
}

function slotText(slot: string, bindings: Bindings): string {
  const [, form, name = '', field] = /^(?:([^:]+):)?([a-z0-9]+)(?:\.([a-zA-Z]+))?$/.exec(slot) ?? [];
  const entry = bindings.get(name);
  if (!entry) throw new Error(`<${slot}>: nothing is bound to "${name}"`);
  if (form === undefined && field === undefined) return entry.text;
  const text = field === undefined ? FORMS[form ?? '']?.(entry) : entry.fields[field];
  if (text === undefined) throw new Error(`<${slot}>: "${entry.text}" has no such form or field`);
  return text;
}

/** Applies contractions, euphonic e and u, capitals at the start of sentences and quotations, and cleaning. */
export function polish(text: string): string {
  const joined = text
    .replace(/ {2,}/g, ' ')
    .replace(/ +([,.:;?!\n])/g, '$1')
    .replace(/(?<![\p{L}])(de|a) el (?=\p{L})/giu, '$1l ')
    .replace(/(?<=[\s,])y (?=h?[ií](?!e))/giu, 'e ')
    .replace(/(?<=[\s,])o (?=h?[oó])/giu, 'u ')
    .replace(
      /(^|\n|(?<!\.\.)[.?!] |: «)((?:- )?[¿¡"«]*)(\p{Ll})/gu,
      (_, before: string, marks: string, letter: string) => before + marks + letter.toUpperCase(),
    );
  return cleanText(joined);
}
