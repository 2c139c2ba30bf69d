import { describe, expect, it } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { houseJokesAbout } from '../../src/corpus/house-themes.ts';

const withKeyword = (keyword: string) =>
  houseJokes()
    .filter(({ keywords, heldOut }) => keywords.includes(keyword) && !heldOut)
    .map(({ id }) => id);
const about = (theme: string) => houseJokesAbout(theme).map(({ id }) => id);

describe('a theme and the jokes of the house', () => {
  it.each([
    ['gato', 'gato'],
    ['Gatos', 'gato'],
    ['gatitos', 'gato'],
    ['gatazo', 'gato'],
    ['un gato', 'gato'],
    ['relojes', 'reloj'],
    ['cafés', 'café'],
    ['CAFE', 'café'],
    ['coches', 'coche'],
    ['ladrones', 'ladrón'],
    ['abuelita', 'abuela'],
    ['perrazo', 'perro'],
    ['cafecito', 'café'],
    ['vaquita', 'vaca'],
    ['peces', 'pez'],
    ['papá', 'papá'],
    ['paraguas', 'paraguas'],
    ['sofás', 'sofá'],
  ])('"%s" finds those about %s', (theme, keyword) => {
    const expected = withKeyword(keyword);
    expect(expected.length).toBeGreaterThan(4);
    expect(about(theme)).toEqual(expect.arrayContaining(expected));
  });

  it('finds a whole category', () => {
    const category = houseJokes().filter(({ category, heldOut }) => category === 'animales' && !heldOut);
    expect(about('animal')).toEqual(expect.arrayContaining(category.map(({ id }) => id)));
  });

  it('takes another gender only where the word itself finds nothing', () => {
    expect(about('vecina')).toEqual(expect.arrayContaining(withKeyword('vecina')));
    expect(about('vecina')).not.toContain(
      withKeyword('vecino').find((id) => !withKeyword('vecina').includes(id)),
    );
    expect(about('camella')).toEqual(about('camello'));
    expect(about('nevero')).toEqual([]);
  });

  it('needs every word of the theme', () => {
    for (const joke of houseJokesAbout('gato y perro')) {
      expect(joke.keywords.join(' ')).toMatch(/gato/);
      expect(joke.keywords.join(' ')).toMatch(/perro/);
    }
    expect(houseJokesAbout('gato y perro').length).toBeGreaterThan(0);
    expect(houseJokesAbout('gato xilofonista')).toEqual([]);
  });

  it('finds nothing for a theme without a word of its own', () => {
    for (const theme of ['de la', '!!!', 'zxcv']) expect(houseJokesAbout(theme)).toEqual([]);
  });

  it('never offers a joke that is held out of training', () => {
    expect(houseJokesAbout().length).toBe(houseJokes().filter(({ heldOut }) => !heldOut).length);
    expect(houseJokesAbout().some(({ heldOut }) => heldOut)).toBe(false);
    expect(houseJokesAbout('gato').some(({ heldOut }) => heldOut)).toBe(false);
  });
});
