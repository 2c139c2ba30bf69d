import { describe, expect, it } from 'vitest';
import { recitedShare, textFigures } from '../../../src/finetuning/measure/text-figures.ts';

describe('figures of texts', () => {
  it('count distinct n-grams over all texts', () => {
    const { distinct1, distinct2, distinct3 } = textFigures(['uno dos tres', 'Uno, dos cuatro.']);
    expect(distinct1).toBeCloseTo(4 / 6);
    expect(distinct2).toBeCloseTo(3 / 4);
    expect(distinct3).toBe(1);
  });

  it('measure how much a text repeats itself', () => {
    expect(textFigures(['a b c d e f g']).repetition).toBe(0);
    expect(textFigures(['a b c d a b c d a b c d']).repetition).toBeCloseTo(1 - 4 / 9);
  });

  it('count dialogue, questions and words', () => {
    const figures = textFigures(['- ¿Qué?\n- Nada.\nFin', 'uno dos tres cuatro', '¿Y?']);
    expect(figures.dialogueTurns).toBeCloseTo(2 / 3);
    expect(figures.questions).toBeCloseTo(2 / 3);
    expect(figures.medianWords).toBe(4);
    expect(textFigures(['a', 'a b', 'a b c', 'a b c d']).medianWords).toBe(2.5);
  });

  it('are zero for nothing', () => {
    expect(Object.values(textFigures([])).every((value) => value === 0)).toBe(true);
  });
});

describe('reciting', () => {
  const source = 'Van dos peces por el mar y se muere el del medio.';

  it('takes eight consecutive words, however they are written', () => {
    expect(recitedShare(['VAN DOS PECES, por el mar... y se!'], [source])).toBe(1);
    expect(recitedShare(['van dos peces por el mar y'], [source])).toBe(0);
    expect(recitedShare(['dijo que van dos peces por el río y se muere', 'nada'], [source])).toBe(0);
    expect(recitedShare(['no: dos peces por el mar y se muere', 'nada'], [source])).toBe(0.5);
  });

  it('needs something to recite', () => {
    expect(recitedShare([], [source])).toBe(0);
    expect(recitedShare([source], [])).toBe(0);
  });
});
