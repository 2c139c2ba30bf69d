import { describe, expect, it } from 'vitest';
import {
  BLOCKS,
  type Block,
  basisOfRated,
  blocksOf,
  createBasis,
  FEATURES,
  featuresIn,
  featuresOf,
  type Reading,
} from '../../src/judge/basis.ts';
import { createRandom, normal } from '../../src/lib/random.ts';

const WIDTH = 40;
const [, DIRECTIONS, PLAIN, STEMS] = BLOCKS;

/** Texts whose embeddings vary much in one direction and little in the others. */
function readings(seed: number): Reading[] {
  const random = createRandom(seed);
  return Array.from({ length: 200 }, (_, i) => {
    const much = normal(random);
    return {
      text:
        [`¿Qué le dice el ${i} al ${i + 1}?`, '—Hola.\n—Adiós.', 'Va un pato y pide pan, pan y pan.'][
          i % 3
        ] ?? '',
      embedding: Array.from({ length: WIDTH }, (_, k) => 5 + k + (k < 20 ? 3 * much : 0) + normal(random)),
    };
  });
}
const SOME = ['gatos', 'negros', 'patos', 'peces'];
/** "Los" is everywhere, each of these words in one text of twenty-five, a number in one. */
const corpus = Array.from({ length: 200 }, (_, i) => `Los ${SOME[i % 25] ?? ''} y el número${i}`);
const block = (features: Float64Array, { from, size }: Block) => [...features.subarray(from, from + size)];

describe('a basis', () => {
  const texts = readings(1);
  const basis = createBasis('a model', texts, corpus);
  const features = texts.map((reading) => featuresOf(basis, reading));

  it('measures the principal directions, each with the same variance', () => {
    const rows = features.map((row) => block(row, DIRECTIONS));
    for (let a = 0; a < DIRECTIONS.size; a++) {
      const mean = rows.reduce((sum, row) => sum + (row[a] ?? 0), 0) / rows.length;
      const variance = rows.reduce((sum, row) => sum + ((row[a] ?? 0) - mean) ** 2, 0) / rows.length;
      expect(mean).toBeCloseTo(0, 4);
      expect(variance).toBeCloseTo(1 / DIRECTIONS.size, 4);
    }
    // The first direction is the one that varies: two embeddings that differ in it alone are far apart there.
    const moved = featuresOf(basis, {
      text: '',
      embedding: basis.center.map((x, k) => x + (k < 20 ? 3 : 0)),
    });
    const [first = 0, ...others] = block(moved, DIRECTIONS).map(Math.abs);
    expect(first).toBeGreaterThan(0.15);
    expect(Math.max(...others)).toBeLessThan(first / 2);
  });

  it('tells apart what texts look like and what they are about', () => {
    const embedding = basis.center;
    const of = (text: string) => featuresOf(basis, { text, embedding });
    const differs = (a: string, b: string, where: Block) =>
      String(block(of(a), where)) !== String(block(of(b), where));
    expect(of('Va un pato')[0]).toBe(1);
    expect(differs('Va un pato', 'Va un pato.\n—Hola', PLAIN)).toBe(true);
    expect(differs('Va un pato', 'Va un pez', PLAIN)).toBe(false);
    expect(differs('Va un pato', 'Va un pez', STEMS)).toBe(true);
    expect(differs('gatos negros', 'LA GATA NEGRA', STEMS)).toBe(false);
    expect(differs('los gatos', 'gatos', STEMS)).toBe(false); // "los" is everywhere
    expect(differs('gatos y jirafas', 'gatos', STEMS)).toBe(false); // no text has a giraffe
    expect(block(of('un gato y una jirafa'), STEMS).filter((x) => x !== 0)).toHaveLength(1);
    for (const text of ['', '🤣', '—\n—\n—', 'pan '.repeat(2000)])
      expect(of(text).every(Number.isFinite)).toBe(true);
    expect(of('')).toHaveLength(featuresIn(blocksOf(basis)));
  });

  it('measures stems so that those of a text have variance 1 in all, the rarer ones most', () => {
    const rows = corpus.map((text) => block(featuresOf(basis, { text, embedding: basis.center }), STEMS));
    const squares = rows.map((row) => row.reduce((sum, x) => sum + x * x, 0));
    expect(squares.reduce((sum, x) => sum + x, 0) / rows.length).toBeCloseTo(1, 5);
    const value = (stem: string) => basis.stems.find((each) => each.stem === stem)?.value ?? 0;
    expect(value('numero7')).toBeGreaterThan(value('gat'));
  });

  it('is the same for the same texts and model, and has another id for others', () => {
    expect(createBasis('a model', readings(1), corpus)).toEqual(basis);
    expect(createBasis('another model', texts, corpus).id).not.toBe(basis.id);
    expect(createBasis('a model', readings(2), corpus).id).not.toBe(basis.id);
    expect(createBasis('a model', readings(1), corpus.slice(1)).id).not.toBe(basis.id);
    expect(JSON.parse(JSON.stringify(basis))).toEqual(basis);
  });

  it('refuses too few texts and embeddings of another width', () => {
    expect(() => createBasis('a model', texts.slice(0, 99), corpus)).toThrow(RangeError);
    expect(() => featuresOf(basis, { text: '', embedding: [1, 2] })).toThrow(RangeError);
  });
});

describe('a basis of many rated jokes', () => {
  const house = createBasis('a model', readings(1), corpus);
  const THEMES = ['jirafa', 'camello'];
  /** Every text has 4 words of its own; a giraffe and a camel are in 1 of 80 each. */
  const rated = (count: number, guilds = 1) =>
    Array.from({ length: count }, (_, i) => ({
      text: `${THEMES[i % 40 === 0 ? (i / 40) % 2 : 2] ?? ''} ${[1, 2, 3, 4].map((k) => `propia${i}x${k}`).join(' ')}${i % 3 ? '.' : '… JAJAJA 🤣 #risa'}`,
      guildId: `guild ${i % guilds}`,
    }));
  const reading = (text: string) => ({ text, embedding: house.center });
  const own = basisOfRated(house, rated(4000));
  const [, directions, plain, stems] = blocksOf(own);

  it('stays the one of the house jokes until there are many', () => {
    expect(basisOfRated(house, rated(999))).toBe(house);
    expect(basisOfRated(house, rated(1000)).id).not.toBe(house.id);
  });

  it('measures words of the rated jokes, an eighth as many as jokes, with variance 1 in all', () => {
    expect(own.stems).toHaveLength(500);
    expect(own.stems.slice(0, 2).map(({ stem }) => stem)).toEqual(['camell', 'jiraf']);
    const of = (text: string) => block(featuresOf(own, reading(text)), stems).filter((x) => x !== 0).length;
    expect(of('Una jirafa y un camello')).toBe(2);
    expect(of('Un gato')).toBe(0); // a stem of the house jokes
    const squares = rated(4000).map(({ text }) =>
      block(featuresOf(own, reading(text)), stems).reduce((sum, x) => sum + x * x, 0),
    );
    expect(squares.reduce((sum, x) => sum + x, 0) / squares.length).toBeCloseTo(1, 4);
  });

  it('measures how a joke is written, and what the former basis did as before', () => {
    const [was, is] = ['Ja, ja.', 'JAJAJA… #risa 🤣'].map((text) => featuresOf(own, reading(text)));
    expect(plain.size).toBe(20);
    const changed = was && is && block(was, plain).filter((x, i) => x !== block(is, plain)[i]);
    expect(changed?.length).toBeGreaterThan(4);
    const text = '—¿Qué tal?\n—Bien.';
    const embedding = house.center.map((x, i) => x + i);
    const [before, after] = [house, own].map((basis) => [...featuresOf(basis, { text, embedding })]);
    expect(after?.slice(0, plain.from + 7)).toEqual(before?.slice(0, plain.from + 7));
    expect(directions.size).toBe(24);
    for (const odd of ['', '🤣', '\n\n', '#'.repeat(5000)])
      expect(featuresOf(own, reading(odd)).every(Number.isFinite)).toBe(true);
  });

  it('depends on the jokes alone, not on their order', () => {
    const jokes = rated(4000);
    expect(basisOfRated(house, [...jokes.slice(1000), ...jokes.slice(0, 1000)]).stems).toEqual(own.stems);
    expect(basisOfRated(house, jokes)).toEqual(own);
    expect(own.model).toBe(house.model);
  });

  it('takes fewer words where many guilds make a fit long', () => {
    const features = (guilds: number) => featuresIn(blocksOf(basisOfRated(house, rated(8000, guilds))));
    expect(features(1)).toBeGreaterThan(900);
    for (const guilds of [1, 7, 30, 100])
      expect((guilds + 1) * features(guilds) ** 3).toBeLessThanOrEqual(101 * FEATURES ** 3);
    expect(features(1000)).toBe(FEATURES);
  });
});
