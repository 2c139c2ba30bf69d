import { beforeAll, describe, expect, it } from 'vitest';
import { balanced, mentions, seedProblems, sharedWords } from '../../corpus/seed-problems.ts';
import type { Joke } from '../../src/corpus/joke.ts';
import { defaultCorpus, readJokes } from '../../src/corpus/read.ts';

let jokes: Joke[];
beforeAll(async () => {
  const file = await readJokes(defaultCorpus);
  expect(file.errors).toEqual([]);
  jokes = file.jokes;
});

describe('the seed jokes', () => {
  it('are at least 400, clean, marked, with themes that occur in them, and no two alike', () => {
    expect(jokes.length).toBeGreaterThanOrEqual(400);
    expect(seedProblems(jokes)).toEqual([]);
  });

  it.each([
    ['dialogue', /^- .*\n- /],
    ['dialogue after a line of scene', /^[^-].*\n- /],
    ['¿Cuál es el colmo', /^¿Cuál (es|sería) el colmo/],
    ['¿Qué le dice', /^¿Qué le dice/],
    ['¿Por qué', /^¿Por qué/],
    ['¿En qué se parece', /^¿En qué se parece/],
    ['Se abre el telón', /^Se abre el telón/],
    ['Van dos', /^Van dos/],
    ['Mamá, mamá', /^- Mamá, mamá/],
    ['one-liner', /^[^¿?\n]*$/],
  ])('come in the form of %s', (_, form) => {
    expect(jokes.filter(({ text }) => form.test(text)).length).toBeGreaterThanOrEqual(4);
  });

  it('are about many things, none of which is half of them', () => {
    const rows = new Map<string, number>();
    for (const { category = '' } of jokes) rows.set(category, (rows.get(category) ?? 0) + 1);
    expect(rows.size).toBeGreaterThanOrEqual(12);
    expect(Math.max(...rows.values())).toBeLessThan(jokes.length / 5);
  });
});

describe('their check', () => {
  const joke: Joke = {
    line: 1,
    id: 'a',
    text: '¿Qué hace el pez? Nada.',
    category: 'mar',
    keywords: ['pez'],
    funny: 3,
    flags: [],
  };

  it('finds what is wrong', () => {
    expect(seedProblems([joke])).toEqual([]);
    const wrong: Joke[] = [
      { ...joke, text: 'Qué hace el pez? Nada.' },
      { ...joke, text: '¡Qué pez —dijo' },
      { ...joke, keywords: ['ballena'] },
      { ...joke, keywords: [] },
      { ...joke, funny: 6 },
      { ...joke, flags: ['crude'] },
      { ...joke, category: '' },
    ];
    expect(wrong.map((one) => seedProblems([one]).length > 0)).toEqual(wrong.map(() => true));
    expect(seedProblems([joke, { ...joke, id: 'b' }])).toEqual(['a and b are near-duplicates (1.00)']);
    expect(seedProblems([joke, { ...joke, text: 'La ola rompe y el pez la arregla' }])).toEqual([
      'two jokes have the same id',
    ]);
  });

  it('finds six shared words whatever their case, accents and marks, and allows five', () => {
    const other = 'Entonces: ¡el perro que LLEGÓ tarde ladró!';
    const six = { ...joke, text: 'Y el perro que llego tarde, ladro' };
    const five = { ...joke, text: 'El perro que llegó tarde no ladró' };
    expect(sharedWords([six, five], [other])).toEqual(['a shares "el perro que llego tarde ladro"']);
  });

  it.each([
    ['Los peces bailan', 'pez', true],
    ['Baila bailando', 'bailar', true],
    ['La inteligencia es artificial', 'inteligencia artificial', true],
    ['La casa', 'caballo', false],
    ['El malo', 'mar', false],
  ])('in %j looks for %j', (text, keyword, found) => {
    expect(mentions(text, keyword)).toBe(found);
  });

  it('counts marks line by line', () => {
    expect(balanced('- ¿Sí?\n- ¡No! Dijo "no".')).toBe(true);
    expect(balanced('- ¿Sí\n- no?')).toBe(false);
    expect(balanced('Dijo "no.')).toBe(false);
  });
});
