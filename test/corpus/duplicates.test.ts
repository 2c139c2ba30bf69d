import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateGroups, nearDuplicates } from '../../src/corpus/duplicates.ts';
import { foldedWords } from '../../src/corpus/words.ts';

const shingles = (text: string) => {
  const folded = foldedWords(text).join(' ');
  if (folded.length < 5) return new Set([folded]);
  return new Set(Array.from({ length: folded.length - 4 }, (_, i) => folded.slice(i, i + 5)));
};

/** Every pair, compared one by one. */
function slowly(texts: string[], threshold: number) {
  const sets = texts.map(shingles);
  return sets.flatMap((a, first) =>
    sets.flatMap((b, second) => {
      const shared = [...a].filter((shingle) => b.has(shingle)).length;
      const similarity = shared / (a.size + b.size - shared);
      return first < second && similarity >= threshold ? [{ first, second, similarity }] : [];
    }),
  );
}

describe('nearDuplicates', () => {
  it('finds a joke told with other punctuation, other accents, or a changed word', () => {
    const texts = [
      '- Camarero, ¿el pescado viene solo?\n- No, señor, se lo traigo yo.',
      'El gato del vecino sabe más de física que yo: siempre cae de pie.',
      '¡Camarero! ¿El pescado viene solo?... No señor: se lo traigo yo',
      '- Camarera, ¿el pescado viene solo?\n- No, señor, se lo llevo yo.',
    ];
    expect(nearDuplicates(texts).map(({ first, second }) => [first, second])).toEqual([
      [0, 2],
      [0, 3],
      [2, 3],
    ]);
  });

  it('does not mistake a shared opening for a shared joke', () => {
    const texts = [
      '¿Cuál es el colmo de un jardinero? Que su hija se llame Rosa y lo deje plantado.',
      '¿Cuál es el colmo de un astronauta? Que su jefe le diga que baje de las nubes.',
    ];
    expect(nearDuplicates(texts)).toEqual([]);
  });

  it('finds exactly the pairs that an all-pairs comparison finds', () => {
    const word = fc.constantFrom('el', 'pan', 'con', 'queso', 'está', 'frío', 'Luis', 'ñu', '¡oh!');
    const texts = fc.array(
      fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(texts, fc.double({ min: 0.1, max: 1, noNaN: true }), (sample, threshold) => {
        expect(nearDuplicates(sample, { threshold })).toEqual(slowly(sample, threshold));
      }),
      { numRuns: 300 },
    );
  });
});

describe('duplicateGroups', () => {
  it('maps each text to the first of its group, even through a chain of neighbors', () => {
    const a = 'uno dos tres cuatro cinco seis siete ocho nueve diez once';
    const b = 'once dos tres cuatro cinco seis siete ocho nueve diez once';
    const c = 'once dos tres cuatro cinco seis siete ocho nueve diez doce';
    expect(nearDuplicates([a, c], { threshold: 0.8 })).toEqual([]);
    expect(duplicateGroups(['otra cosa', a, c, b, 'y otra más'], { threshold: 0.8 })).toEqual([
      0, 1, 1, 1, 4,
    ]);
  });
});
