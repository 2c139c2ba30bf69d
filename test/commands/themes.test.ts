import { describe, expect, it } from 'vitest';
import { isOurTheme, suggestThemes, THEMES } from '../../commands/chiste/themes.ts';
import { houseJokes } from '../../src/corpus/house.ts';
import { THEME_LENGTH } from '../../src/db/request-shape.ts';
import { createSafety } from '../../src/safety/safety.ts';

describe('our own themes', () => {
  it('are what the jokes of the house are about, each once, and fit to be told', () => {
    const known = new Set(houseJokes().flatMap(({ category, keywords }) => [category, ...keywords]));
    expect(THEMES.filter((theme) => !known.has(theme))).toEqual([]);
    expect(new Set(THEMES).size).toBe(THEMES.length);
    expect(THEMES.length).toBeGreaterThan(200);
    const safety = createSafety();
    expect(THEMES.filter((theme) => !safety.check(theme, 'safe').allowed)).toEqual([]);
    expect(Math.max(...THEMES.map((theme) => theme.length))).toBeLessThanOrEqual(THEME_LENGTH);
  });

  it('are ours letter by letter alone', () => {
    expect(isOurTheme('gato')).toBe(true);
    for (const typed of ['gatos', 'Gato', 'gato ', 'gato de Filomena', ''])
      expect(isOurTheme(typed)).toBe(false);
  });

  it('are suggested by their beginning, whatever the accents and capitals, the categories first', () => {
    expect(suggestThemes('', 25)).toEqual(THEMES.slice(0, 25));
    expect(suggestThemes('', 3)).toEqual(['animales', 'comida', 'familia']);
    expect(suggestThemes('MÉD', 25)).toEqual(['médicos']);
    expect(suggestThemes('medi', 25)).toEqual(['médicos']);
    const pa = suggestThemes('pa', 25);
    expect(pa[0]?.startsWith('pa')).toBe(true);
    expect(pa.indexOf('zapato')).toBeGreaterThan(pa.indexOf('payaso'));
    expect(suggestThemes('qwerty', 25)).toEqual([]);
  });
});
