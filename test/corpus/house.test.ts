import { describe, expect, it } from 'vitest';
import { balanced, houseProblems, mentions, sharedWords } from '../../corpus/house-problems.ts';
import { type HouseJoke, houseJokes, parseHouseJokes } from '../../src/corpus/house.ts';
import { seedJokes } from '../../src/finetuning/data/seed-jokes.ts';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();

describe('the house jokes', () => {
  it('are many, in twenty categories, and pass their check', () => {
    const jokes = houseJokes();
    expect(jokes.length).toBeGreaterThanOrEqual(5947);
    expect(new Set(jokes.map(({ category }) => category)).size).toBe(20);
    expect(houseProblems(jokes, safety)).toEqual([]);
  });

  it('are read once per process', () => {
    expect(houseJokes()).toBe(houseJokes());
  });

  it('are as their authors wrote them: id, category, keywords, lines', () => {
    expect(houseJokes().find(({ id }) => id === 'casa-0950')).toEqual({
      id: 'casa-0950',
      text: '- Doctor, tengo pájaros en la cabeza.\n- ¿Y cantan?\n- Solo al amanecer.\n- Pruebe a sacar el pan del sombrero.',
      category: 'médicos',
      keywords: ['pájaros', 'cabeza', 'sombrero'],
      heldOut: false,
    });
  });

  it('become seed jokes without the 517 held-out ones, whatever is asked for', () => {
    const apart = houseJokes().filter(({ heldOut }) => heldOut);
    expect(apart).toHaveLength(517);
    const learned = new Set(seedJokes().map(({ text }) => text));
    expect(learned.size).toBe(houseJokes().length - 517);
    expect(apart.filter(({ text }) => learned.has(text))).toEqual([]);
    expect(seedJokes(apart)).toEqual([]);
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
    expect(houseJokes().filter(({ text }) => form.test(text)).length).toBeGreaterThanOrEqual(4);
  });
});

describe('a file of them', () => {
  const file =
    '# mar\n\n[a-1] pez\n¿Qué hace el pez?\n- Nada.\n\n[a-2, held out] ola, inteligencia artificial\nUna.\n';

  it('has a category, and jokes under their ids and keywords', () => {
    const [first, second] = parseHouseJokes('mar.txt', file);
    expect(first).toEqual({
      ...{ id: 'a-1', text: '¿Qué hace el pez?\n- Nada.', category: 'mar' },
      ...{ keywords: ['pez'], heldOut: false },
    });
    expect(second).toEqual({
      ...{ id: 'a-2', text: 'Una.', category: 'mar' },
      ...{ keywords: ['ola', 'inteligencia artificial'], heldOut: true },
    });
    expect(parseHouseJokes('mar.txt', file.replaceAll('\n', '\r\n'))).toEqual([first, second]);
  });

  it.each([
    ['mar\n\n[a-1] pez\nNada.', 1, 'category'],
    ['# mar\n\na-1 pez\nNada.', 3, 'keyword'],
    ['# mar\n\n[a-1]\nNada.', 3, 'keyword'],
    ['# mar\n\n[a-1] pez\nNada.\n\n[a-2, heldout] pez\nNada.', 6, 'keyword'],
    ['# mar\n\n[a-1] pez', 3, 'no text'],
    ['# mar\n\n[a-1] pez,, ola\nNada.', 3, 'commas'],
    ['# mar\n\n[a-1] pez,\nNada.', 3, 'commas'],
    ['# mar\n\n[a-1] pez\n- ¿Y?\nNada. ', 5, 'trailing spaces'],
    ['# mar\n\n[a-1] pez\nNada.\n\n\n[a-2] ola\nUna.', 6, 'empty line'],
  ])('is refused with its line: %j', (content, line, what) => {
    expect(() => parseHouseJokes('mar.txt', content)).toThrow(
      expect.objectContaining({ code: 'house-jokes', message: expect.stringContaining(`mar.txt:${line}: `) }),
    );
    expect(() => parseHouseJokes('mar.txt', content)).toThrow(what);
  });
});

describe('their check', () => {
  const joke: HouseJoke = {
    id: 'a-1',
    text: '¿Qué hace el pez todo el domingo? Nada.',
    category: 'mar',
    keywords: ['pez'],
    heldOut: false,
  };
  const problems = (...jokes: HouseJoke[]) => houseProblems(jokes, safety);

  it('finds nothing wrong with a good one', () => {
    expect(problems(joke)).toEqual([]);
  });

  it.each([
    [{ text: 'Qué hace el pez todo el domingo? Nada.' }, 'opening or closing mark'],
    [{ text: '¡Qué pez el de todos los domingos —dijo' }, 'not clean'],
    [{ text: 'El pez  que nada todo el domingo.' }, 'not clean'],
    [{ text: '¿Y el pez? Nada.' }, '16 characters'],
    [{ text: `El pez nada. ${'Y nada. '.repeat(40)}Y ya.` }, 'characters'],
    [{ text: '- Pez.\n- ¿Qué?\n- Pez.\n- ¿Qué?\n- Pez.\n- ¿Qué?\n- Nada.' }, '6 lines'],
    [{ text: '¿Qué hace el pez todo el domingo? Joder.' }, 'crude'],
    [{ text: '¿Por qué las rubias no usan el pez del domingo?' }, 'safe mode refuses'],
    [{ keywords: ['ballena'] }, '"ballena" does not occur'],
    [{ keywords: ['pez', 'domingo', 'todo', 'nada'] }, 'more than 3 keywords'],
    [{ keywords: ['pez', 'pez'] }, 'twice'],
    [{ keywords: ['pez!'] }, 'letters'],
  ])('finds what is wrong: %j', (change, what) => {
    expect(problems({ ...joke, ...change }).join('\n')).toContain(what);
  });

  it('finds near-duplicates', () => {
    expect(problems(joke, { ...joke, id: 'b-1' })).toEqual(['a-1 and b-1 are near-duplicates (1.00)']);
  });

  it('finds six shared words whatever their case, accents and punctuation, and allows five', () => {
    const other = 'Entonces: ¡el perro que LLEGÓ tarde ladró!';
    const six = { ...joke, text: 'Y el perro que llego tarde, ladro' };
    const five = { ...joke, text: 'El perro que llegó tarde no ladró' };
    expect(sharedWords([six, five], [other])).toEqual(['a-1 shares "el perro que llego tarde ladro"']);
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

  it.each([
    ['- ¿Sí?\n- ¡No! Dijo "no" (y «sí»).', true],
    ['Encuesta: a) Sí. b) No.', true],
    ['- ¿Sí\n- no?', false],
    ['Dijo "no.', false],
    ['Dijo «no.', false],
    ['Dijo no).', false],
  ])('counts marks line by line: %j', (text, fine) => {
    expect(balanced(text)).toBe(fine);
  });
});
