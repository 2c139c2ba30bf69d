import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowLength } from '../../../src/finetuning/data/batch.ts';
import { jokeSource } from '../../../src/finetuning/data/joke-source.ts';
import { jokeSample, themesOf } from '../../../src/finetuning/data/samples.ts';
import { validate } from '../../../src/finetuning/run/validation.ts';
import { RECIPE_DEFAULTS } from '../../../src/finetuning/settings.ts';
import { createRandom } from '../../../src/lib/random.ts';
import { type ModelFolder, openModelFolder } from '../../../src/models/folder.ts';
import { templateTokens } from '../../../src/prompt/plain.ts';
import { JOKE_FORMAT } from '../../../src/prompt/recipe.ts';
import { someJokes, writeTinyModel } from '../tiny-model.ts';

let folder: string;
let model: ModelFolder;
const jokes = someJokes(60);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  model = await openModelFolder(await writeTinyModel(join(folder, 'tiny')));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a joke of the chispa recipe', () => {
  const joke = { text: '¡Olé!', themes: ['toros', 'fiesta'], weight: 2 };
  const sampleOf = (seed: number, limit = 96) =>
    jokeSample(model, { ...joke, tokens: model.tokenizer.encode(joke.text) }, createRandom(seed), limit);
  const bare = (tokens: ArrayLike<number>) => model.tokenizer.decode(Array.from(tokens));

  it('begins with what the model will be prompted with, and ends with end-of-text', () => {
    const openings = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { tokens, from, weight } = sampleOf(seed);
      const opening = Array.from(tokens).slice(0, from);
      const theme = /Tema: (.*)\n/.exec(bare(opening))?.[1];
      const asked = theme
        ? templateTokens(model, JOKE_FORMAT.theme ?? '', { theme })
        : templateTokens(model, JOKE_FORMAT.joke);
      expect(opening).toEqual(asked);
      expect(bare(Array.from(tokens).slice(from))).toBe('¡Olé!');
      expect(Array.from(tokens).at(-1)).toBe(model.config.eos);
      expect(weight).toBe(2);
      openings.add(theme ?? 'none');
    }
    expect(openings).toEqual(new Set(['toros', 'fiesta', 'none']));
  });

  it('carries its theme half the time', () => {
    const themed = Array.from({ length: 1000 }, (_, seed) => sampleOf(seed)).filter(({ from }) => from > 1);
    expect(Math.abs(themed.length - 500)).toBeLessThan(80);
  });

  it('is cut to the context', () => {
    expect(sampleOf(1, 4).tokens).toHaveLength(4);
  });

  it('takes its themes from category and keywords', () => {
    expect(themesOf({ category: 'familia', keywords: ['suegra'] })).toEqual(['familia', 'suegra']);
    expect(themesOf({ category: 'otros', keywords: [] })).toEqual([]);
  });
});

describe('the chispa recipe', () => {
  const settings = { ...RECIPE_DEFAULTS.chispa, batch: 2 };

  it('fills rows up to the context, in a different but reproducible order each epoch', () => {
    const source = jokeSource(model, jokes, settings);
    const epochs = [1, 2, 1].map((epoch) => JSON.stringify(source.epoch(epoch)));
    expect(epochs[0]).toBe(epochs[2]);
    expect(epochs[0]).not.toBe(epochs[1]);
    const rows = source.epoch(1).flat();
    expect(Math.max(...rows.map(rowLength))).toBeLessThanOrEqual(96);
    expect(rows.flat()).toHaveLength(source.split.training.length);
  });

  it('keeps near-duplicates on one side', () => {
    const twins = jokes.map((joke) => ({ ...joke, text: `${joke.text} Fin.` }));
    const { training, validation } = jokeSource(model, [...jokes, ...twins], settings).split;
    const learned = new Set(training.map(({ text }) => text.replace(/ Fin\.$/, '')));
    expect(validation.length).toBeGreaterThan(1);
    expect(validation.filter(({ text }) => learned.has(text.replace(/ Fin\.$/, '')))).toEqual([]);
  });

  it('refuses a corpus that leaves too little to train on', () => {
    expect(() => jokeSource(model, jokes.slice(0, 19), settings)).toThrow(/has 19 jokes.* at least 20/);
    expect(() => jokeSource(model, jokes.slice(0, 30), { ...settings, validation: 0.5 })).toThrow(
      /has 30 jokes.* 1\d are left/,
    );
    const one =
      '¿Qué le dice un pato a otro pato en medio del lago una tarde de lluvia? Nada, que los patos callan';
    const told = Array.from({ length: 60 }, (_, i) => ({ text: `${one} ${i}`, themes: [], weight: 1 }));
    expect(() => jokeSource(model, told, settings)).toThrow(/has 60 jokes.* 0 are left/);
  });

  it('learns from every joke, however long its theme', () => {
    const themed = jokes.map((joke) => ({ ...joke, themes: ['larguísimo '.repeat(20)] }));
    const samples = jokeSource(model, themed, settings).epoch(1).flat(2);
    expect(samples.filter(({ tokens, from }) => from >= tokens.length)).toEqual([]);
  });
});

describe('the notebook’s recipe', () => {
  const settings = { ...RECIPE_DEFAULTS.notebook, seed: 3 };

  it('takes two jokes per step, without beginning, end or theme, and masks end-of-text', () => {
    const source = jokeSource(model, jokes, settings);
    expect(source.split.training).toHaveLength(54);
    const steps = source.epoch(1);
    expect(steps).toHaveLength(27);
    expect(steps.every((rows) => rows.length === 1 && rows[0]?.length === 2)).toBe(true);
    const [sample] = steps[0]?.[0] ?? [];
    expect(jokes.map(({ text }) => text)).toContain(model.tokenizer.decode(Array.from(sample?.tokens ?? [])));
    expect(sample?.from).toBe(1);
    expect(source.ignored).toBe(model.config.eos);
    expect(source.logEvery).toBe(27);
  });

  it('refuses a corpus whose jokes predict nothing', () => {
    const mute = [...jokes.slice(0, 20), ...jokes.map((joke) => ({ ...joke, text: 'a' }))];
    expect(() => jokeSource(model, mute, settings)).toThrow(/has 80 jokes.* 18 are left/);
  });

  it('cuts jokes at the maximum length or the context, whichever is less', () => {
    const long = jokes.map((joke) => ({ ...joke, text: joke.text.repeat(5) }));
    const lengthOf = (maxLength: number) =>
      Math.max(
        ...jokeSource(model, long, { ...settings, maxLength })
          .epoch(1)
          .flat(2)
          .map((s) => s.tokens.length),
      );
    expect([lengthOf(512), lengthOf(20)]).toEqual([96, 20]);
  });
});

describe('validation', () => {
  const losses = async () => Float32Array.of(1, 2, 3, 9, 4, 9);
  const sample = (length: number) => ({ tokens: new Array<number>(length).fill(1), from: 1, weight: 1 });

  it('averages over tokens, or over batches like the Trainer', async () => {
    const validation = [[[sample(4), sample(2)]], [[sample(6)]]];
    const byTokens = await validate({ losses }, { validation, average: 'tokens' });
    const byBatches = await validate({ losses }, { validation, average: 'batches' });
    const [first, second] = [(1 + 2 + 3 + 4) / 4, (1 + 2 + 3 + 9 + 4) / 5];
    expect(byTokens.loss).toBeCloseTo((1 + 2 + 3 + 4 + 1 + 2 + 3 + 9 + 4) / 9, 6);
    expect(byBatches.loss).toBeCloseTo((2 * first + second) / 3, 6);
    expect(byBatches.tokenLoss).toBeCloseTo(byTokens.loss, 6);
  });
});
