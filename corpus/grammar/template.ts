import { foldedWords } from '../../src/corpus/words.ts';
import { type Bindings, write } from './notation.ts';
import { pick, type Random } from './random.ts';
import type { Entry } from './words.ts';

export interface Template {
  name: string;
  category: string;
  /** Where each slot's word comes from. Two slots never get the same word. */
  slots: Readonly<Record<string, Source>>;
  /** The slots whose words are the sample's themes; a capitalized word is not a theme. */
  themes: readonly string[];
  /** Ways to tell it, in the notation of notation.ts. */
  texts: readonly string[];
}

/** Words to choose from; with `like`, only those with the same gender as an earlier slot's word. */
export type Source = readonly Entry[] | { of: readonly Entry[]; like: string };

export interface Sample {
  text: string;
  category: string;
  keywords: string[];
  template: string;
}

export function sampleOf(template: Template, random: Random): Sample {
  const bindings = bind(template, random);
  const text = write(pick(random, template.texts), bindings, random);
  const words = ` ${foldedWords(text).join(' ')} `;
  const occurs = (phrase: string) => words.includes(` ${foldedWords(phrase).join(' ')} `);
  const keywords = template.themes
    .map((slot) => bindings.get(slot))
    .filter((theme) => theme !== undefined)
    .filter(({ text: singular, plural = singular }) => occurs(singular) || occurs(plural))
    .map(({ text: theme }) => theme);
  return { text, category: template.category, keywords, template: template.name };
}

function bind({ slots }: Template, random: Random): Bindings {
  const bindings = new Map<string, Entry>();
  const taken = new Set<string>();
  for (const [slot, source] of Object.entries(slots)) {
    const entries = 'of' in source ? source.of : source;
    const gender = 'of' in source ? bindings.get(source.like)?.gender : undefined;
    const free = entries.filter(
      (one) => !taken.has(one.text) && (gender === undefined || one.gender === gender),
    );
    const entry = pick(random, free);
    taken.add(entry.text);
    bindings.set(slot, entry);
  }
  return bindings;
}
