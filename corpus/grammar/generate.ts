import { foldedWords } from '../../src/corpus/words.ts';
import { createRandom, pick } from './random.ts';
import { type Sample, sampleOf, type Template } from './template.ts';

/** Largest share of the output for one template. */
export const MAX_SHARE = 0.04;

/** A template that produces nothing new this many times in a row is exhausted. */
const PATIENCE = 200;

/**
 * Writes `count` samples that differ in more than case, accents and punctuation; the same for the same seed.
 *
 * @throws Error if the templates cannot write that many.
 */
export function generate(templates: readonly Template[], count: number, seed: number): Sample[] {
  const random = createRandom(seed);
  const limit = Math.max(1, Math.floor(count * MAX_SHARE));
  const told = new Map(templates.map((template) => [template, 0]));
  const open = new Set(templates);
  const seen = new Set<string>();
  const samples: Sample[] = [];

  while (samples.length < count) {
    if (open.size === 0) throw new Error(`the templates write ${samples.length} samples, not ${count}`);
    const template = pick(random, [...open]);
    const sample = newSample(template);
    if (sample) samples.push(sample);
    const times = (told.get(template) ?? 0) + 1;
    told.set(template, times);
    if (!sample || times >= limit) open.delete(template);
  }
  return samples;

  function newSample(template: Template): Sample | undefined {
    for (let i = 0; i < PATIENCE; i++) {
      const sample = sampleOf(template, random);
      const key = foldedWords(sample.text).join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      return sample;
    }
    return undefined;
  }
}
