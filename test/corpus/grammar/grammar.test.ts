import { beforeAll, describe, expect, it } from 'vitest';
import { generate, MAX_SHARE } from '../../../corpus/grammar/generate.ts';
import { animals } from '../../../corpus/grammar/lexicon/animals.ts';
import { devices } from '../../../corpus/grammar/lexicon/jokes.ts';
import { family, trades } from '../../../corpus/grammar/lexicon/people.ts';
import { foods, places, shops, things } from '../../../corpus/grammar/lexicon/things.ts';
import type { Sample } from '../../../corpus/grammar/template.ts';
import { templates } from '../../../corpus/grammar/templates/index.ts';
import { phrase } from '../../../corpus/grammar/words.ts';
import { balanced, mentions } from '../../../corpus/house-problems.ts';
import { cleanText } from '../../../src/corpus/clean.ts';
import { isCrude } from '../../../src/corpus/crude.ts';
import { foldedWords } from '../../../src/corpus/words.ts';

const COUNT = 20_000;
let samples: Sample[];
beforeAll(() => {
  samples = generate(templates, COUNT, 1);
});

/** The samples that break a rule, to be shown in the failure. */
const breaking = (rule: (sample: Sample) => boolean) =>
  samples.filter((sample) => !rule(sample)).map(({ text, template }) => `${template}: ${text}`);
const without = (fault: RegExp) => breaking(({ text }) => !fault.test(text));

describe('twenty thousand samples', () => {
  it('all differ in more than case, accents and punctuation', () => {
    const keys = new Set(samples.map(({ text }) => foldedWords(text).join(' ')));
    expect(keys.size).toBe(COUNT);
  });

  it('come from at least 60 templates, none of which exceeds its share', () => {
    const told = new Map<string, number>();
    for (const { template } of samples) told.set(template, (told.get(template) ?? 0) + 1);
    expect(told.size).toBeGreaterThanOrEqual(60);
    expect(told.size).toBe(templates.length);
    expect(Math.max(...told.values())).toBeLessThanOrEqual(COUNT * MAX_SHARE);
    expect(MAX_SHARE).toBeLessThanOrEqual(0.05);
  });

  it('are clean, balanced sentences that begin with a capital and end with punctuation', () => {
    expect(breaking(({ text }) => text === cleanText(text))).toEqual([]);
    expect(breaking(({ text }) => balanced(text))).toEqual([]);
    expect(breaking(({ text }) => !isCrude(text))).toEqual([]);
    const line = /^(?:- )?[¿¡"]*\p{Lu}.*[.?!:]"?$/u;
    expect(breaking(({ text }) => text.split('\n').every((one) => line.test(one)))).toEqual([]);
    expect(without(/[.?!] [¿¡"]*\p{Ll}/u).filter((text) => !/\.\.\. /.test(text))).toEqual([]);
  });

  it('join words as Spanish does', () => {
    expect(without(/(?<!\p{L})(?:de|a) el (?!\.)/iu)).toEqual([]);
    expect(without(/\sy (?:i|hi)(?!e)/iu)).toEqual([]);
    expect(without(/\so h?[oó]/iu)).toEqual([]);
    expect(without(/ {2}|[<>{}|]|undefined|,[,.]|\.\.(?!\.)(?<!\.\.\.)|[¿¡]\s|\s[?!,.;:]/u)).toEqual([]);
  });

  it('agree in gender', () => {
    const nouns = [...animals, ...things, ...foods, ...places, ...shops, ...devices, ...trades, ...family];
    const genders = new Map<string, Set<string>>();
    for (const { text, gender } of nouns) genders.set(text, (genders.get(text) ?? new Set()).add(gender));
    const only = (gender: string) =>
      [...genders].filter(([, set]) => set.size === 1 && set.has(gender)).map(([text]) => text);
    const masculine = only('m').join('|');
    const feminine = only('f').join('|');
    expect(
      without(new RegExp(`(?<!\\p{L})(?:un|el|del|al|este|otro) (?:${feminine})(?!\\p{L})`, 'iu')),
    ).toEqual([]);
    expect(without(new RegExp(`(?<!\\p{L})(?:una|la|esta|otra) (?:${masculine})(?!\\p{L})`, 'iu'))).toEqual(
      [],
    );
  });

  it('name themes that occur in them', () => {
    expect(breaking(({ text, keywords }) => keywords.every((keyword) => mentions(text, keyword)))).toEqual(
      [],
    );
    expect(samples.filter(({ keywords }) => keywords.length > 0).length).toBeGreaterThan(COUNT * 0.9);
    expect(breaking(({ category }) => category !== '')).toEqual([]);
  });
});

describe('generate', () => {
  it('repeats itself only with the same seed', () => {
    expect(generate(templates, 200, 1)).toEqual(generate(templates, 200, 1));
    expect(generate(templates, 200, 2)).not.toEqual(generate(templates, 200, 1));
  });

  it('throws when the templates are exhausted', () => {
    const template = {
      name: 't',
      category: 'c',
      themes: [],
      slots: { x: [phrase('uno'), phrase('dos')] },
      texts: ['<x>.'],
    };
    expect(generate([template], 1, 1)).toHaveLength(1);
    expect(() => generate([template], 3, 1)).toThrow(/not 3/);
  });
});
