import { createHash } from 'node:crypto';
import { foldedWords } from '../corpus/words.ts';
import { createRandom } from '../lib/random.ts';
import { dot } from './matrix.ts';

/** What the judge reads of a joke. */
export interface Reading {
  text: string;
  /** The model's (`Engine.embed`). */
  embedding: ArrayLike<number>;
}

/**
 * The directions in which one model's embeddings, and the plain figures of a text, are measured. Fixed for a model version:
 * features under different bases mean different things.
 */
export interface Basis {
  /** A hash over everything below. */
  id: string;
  /** sha256 of the model's weights. */
  model: string;
  /** Mean [D] of the embeddings, and the directions [24, D], scaled so that each has variance 1 / 24. */
  center: number[];
  directions: number[][];
  /** Means and scales of the plain figures. */
  plain: { mean: number; scale: number }[];
  /** The word stems that are looked for, and the feature of each where it occurs. */
  stems: { stem: string; value: number }[];
  /** `BASIS_FORM` when it was made: one of another form cannot be measured in. */
  form: number;
}

/** Changes whenever a basis holds something else. */
export const BASIS_FORM = 2;

const DIRECTIONS = 24;
const STEMS = 224;
const PLAIN = 7;

/** A kind of features, and where they are; a joke's have about variance 1 in all, so that their weights' is in points². */
export interface Block {
  name: 'level' | 'directions' | 'plain' | 'stems';
  from: number;
  size: number;
}

type Blocks = readonly [level: Block, directions: Block, plain: Block, stems: Block];

const blocksWith = (plain: number, stems: number): Blocks => [
  { name: 'level', from: 0, size: 1 },
  { name: 'directions', from: 1, size: DIRECTIONS },
  { name: 'plain', from: 1 + DIRECTIONS, size: plain },
  { name: 'stems', from: 1 + DIRECTIONS + plain, size: stems },
];

/** The blocks under a basis that `createBasis` made, and how many features they are. */
export const BLOCKS = blocksWith(PLAIN, STEMS);
export const FEATURES = 1 + DIRECTIONS + PLAIN + STEMS;

/** The blocks under any basis. */
export const blocksOf = ({ plain, stems }: Pick<Basis, 'plain' | 'stems'>): Blocks =>
  blocksWith(plain.length, stems.length);

export const featuresIn = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { size }) => sum + size, 0);

/** Fewest texts that a basis can be made of. */
const BASIS_TEXTS = 100;

/**
 * The principal directions of a model's embeddings of these texts, the same ones for every version: house jokes. `corpus`,
 * many more such texts, tells which words are frequent enough to learn about. The same texts and embeddings give the same
 * basis. Throws `RangeError` with fewer than 100 texts.
 */
export function createBasis(model: string, readings: readonly Reading[], corpus: readonly string[]): Basis {
  if (readings.length < BASIS_TEXTS)
    throw new RangeError(`a basis takes ${BASIS_TEXTS} texts, not ${readings.length}`);
  const width = readings[0]?.embedding.length ?? 0;
  const columns = Array.from({ length: width }, (_, i) =>
    spread(readings.map(({ embedding }) => embedding[i] ?? Number.NaN)),
  );
  const standard = readings.map(({ embedding }) =>
    columns.map(({ mean, scale }, i) => ((embedding[i] ?? Number.NaN) - mean) * scale),
  );
  const directions = principalDirections(standard, DIRECTIONS).map((direction) => {
    const { scale } = spread(standard.map((row) => dot(direction, row)));
    const size = scale / Math.sqrt(DIRECTIONS);
    return direction.map((x, i) => rounded(x * (columns[i]?.scale ?? 0) * size));
  });
  const contents = {
    form: BASIS_FORM,
    model,
    center: columns.map(({ mean }) => rounded(mean)),
    directions,
    plain: spreads(readings.map(({ text }) => plainFigures(text))),
    stems: frequentStems(corpus, STEMS),
  };
  return identified(contents);
}

const identified = (contents: Omit<Basis, 'id'>): Basis => ({
  id: createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16),
  ...contents,
});

/** Fewest rated jokes that tell more about which words matter than the texts that the basis was made of. */
const ENOUGH_RATED = 1000;
/** Rated jokes for each stem. */
const JOKES_PER_STEM = 8;
/** There are more stems as long as a fit takes no longer than for 100 guilds: a matrix each, and the shared one. */
const MATRICES = 101;

/**
 * With many rated jokes, the same basis with more plain figures, and with the stems that are most frequent in those jokes, more
 * of them the more jokes there are; with few, the basis itself. It follows from the jokes alone, so that nobody has to keep it.
 */
export function basisOfRated(basis: Basis, rated: readonly { text: string; guildId: string }[]): Basis {
  if (rated.length < ENOUGH_RATED) return basis;
  const texts = rated.map(({ text }) => text);
  const guilds = new Set(rated.map(({ guildId }) => guildId)).size;
  const features = Math.max(FEATURES, Math.floor(FEATURES * Math.cbrt(MATRICES / (guilds + 1))));
  const plain = [...basis.plain, ...spreads(texts.map(styleFigures))];
  const affordable = features - featuresIn(blocksWith(plain.length, 0));
  const most = Math.min(affordable, Math.max(STEMS, Math.floor(rated.length / JOKES_PER_STEM)));
  const { id: _, ...contents } = basis;
  return identified({ ...contents, plain, stems: frequentStems(texts, most) });
}

/**
 * A joke's features under a basis, [256], or as many as `basisOfRated` takes: 1 for the level, then its directions, plain
 * figures and stems.
 */
export function featuresOf(basis: Basis, { text, embedding }: Reading): Float64Array {
  if (embedding.length !== basis.center.length)
    throw new RangeError(`the basis measures ${basis.center.length} numbers, not ${embedding.length}`);
  const centered = basis.center.map((mean, i) => (embedding[i] ?? Number.NaN) - mean);
  const figures = [...plainFigures(text), ...(basis.plain.length > PLAIN ? styleFigures(text) : [])];
  const blocks = blocksOf(basis);
  const features = new Float64Array(featuresIn(blocks));
  const [level, directions, plain, stems] = blocks;
  features[level.from] = 1;
  basis.directions.forEach((direction, i) => {
    features[directions.from + i] = dot(direction, centered);
  });
  basis.plain.forEach(({ mean, scale }, i) => {
    features[plain.from + i] = ((figures[i] ?? 0) - mean) * scale;
  });
  const own = stemsOf(text);
  basis.stems.forEach(({ stem, value }, i) => {
    if (own.has(stem)) features[stems.from + i] = value;
  });
  return features;
}

/** Length, turns of a dialogue, whether there are any, repeated words, questions, whether it opens with one, exclamations. */
function plainFigures(text: string): number[] {
  const words = foldedWords(text);
  const turns = text.split('\n').filter((line) => /^\s*[-–—]/.test(line)).length;
  return [
    Math.log1p(words.length),
    Math.min(8, turns),
    Number(turns > 0),
    new Set(words).size / Math.max(1, words.length),
    Number(text.includes('?')),
    Number(/^\P{L}*¿/u.test(text)),
    Math.min(8, text.split('!').length - 1),
  ];
}

/**
 * How a joke is written: laughter, emoji, capitals, ellipses, quotes, tags, digits, commas, a colon, lines, the length of its
 * words, full stops, whether it ends with a mark. What too few house jokes have is measured by the rated ones.
 */
function styleFigures(text: string): number[] {
  const words = foldedWords(text);
  const letters = count(text, /\p{L}/gu);
  const length = Math.max(1, text.length);
  return [
    Math.log1p(count(text, /(?:j[aeiou]){2,}|(?:ha){2,}|\blol\b|xd/gi)),
    Math.log1p(count(text, /\p{Extended_Pictographic}/gu)),
    count(text, /\p{Lu}/gu) / Math.max(1, letters),
    Number(/\.\.\.|…/.test(text)),
    Number(/["“«]/.test(text)),
    Math.log1p(count(text, /[#@]/g)),
    Math.log1p(count(text, /\d/g)),
    count(text, /,/g) / length,
    Number(text.includes(':')),
    Math.log1p(count(text, /\n/g)),
    words.join('').length / Math.max(1, words.length),
    Math.log1p(count(text, /\./g)),
    Number(/[.!?…]\s*$/.test(text)),
  ];
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Words without their endings of gender and number: what a joke is about. */
const stemsOf = (text: string): Set<string> =>
  new Set(
    foldedWords(text)
      .filter((word) => word.length > 2)
      .map(stemOf),
  );

/** A stem in more of the texts than this says nothing about what a text is about: "que", "una". */
const EVERYWHERE = 0.05;

/**
 * The most frequent stems that are not everywhere, weighted by how rare they are (inverse document frequency, Spärck Jones
 * 1972). Of a rarer one, no community hears enough to have an opinion; hashing those into shared features was worse than
 * leaving them out (docs/learning.md).
 */
function frequentStems(texts: readonly string[], most: number): Basis['stems'] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const stem of stemsOf(text)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const frequent = [...counts]
    .filter(([, count]) => count <= EVERYWHERE * texts.length)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([stem, count]) => ({ stem, count, rarity: Math.log((texts.length + 1) / (count + 1)) }));
  // So that a text's stems have variance 1 in all.
  const squares = frequent.reduce((sum, { count, rarity }) => sum + count * rarity ** 2, 0);
  const scale = Math.sqrt(texts.length / Math.max(1, squares));
  return frequent.map(({ stem, rarity }) => ({ stem, value: rounded(rarity * scale) }));
}

const stemOf = (word: string): string => {
  const singular = word.length > 4 ? word.replace(/e?s$/, '') : word;
  return singular.length > 3 ? singular.replace(/[aeo]$/, '') : singular;
};

/** Mean and 1 / standard deviation; scale 0 for numbers that are all the same. */
function spread(values: readonly number[]): { mean: number; scale: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, scale: variance > 1e-12 ? 1 / Math.sqrt(variance) : 0 };
}

/** Of each figure of many texts; seven figures have variance 1 in all. */
function spreads(rows: readonly number[][]): Basis['plain'] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => {
    const { mean, scale } = spread(rows.map((row) => row[i] ?? Number.NaN));
    return { mean: rounded(mean), scale: rounded(scale / Math.sqrt(PLAIN)) };
  });
}

const ITERATIONS = 40;

/** The directions of most variance of centered rows [n, D], by subspace iteration from a fixed start. */
function principalDirections(rows: readonly number[][], count: number): number[][] {
  const width = rows[0]?.length ?? 0;
  const random = createRandom(count, width);
  let found = Array.from({ length: count }, () => Array.from({ length: width }, () => random.unit() - 0.5));
  for (let round = 0; round < ITERATIONS; round++) {
    const next = found.map((direction) => {
      const sum = new Float64Array(width);
      for (const row of rows) {
        const along = dot(direction, row);
        for (let i = 0; i < width; i++) sum[i] = (sum[i] ?? 0) + along * (row[i] ?? 0);
      }
      return sum;
    });
    // Gram–Schmidt: each at a right angle to those before it.
    next.forEach((direction, i) => {
      for (const other of next.slice(0, i)) {
        const along = dot(direction, other);
        for (let j = 0; j < width; j++) direction[j] = (direction[j] ?? 0) - along * (other[j] ?? 0);
      }
      const size = Math.sqrt(dot(direction, direction)) || 1;
      for (let j = 0; j < width; j++) direction[j] = (direction[j] ?? 0) / size;
    });
    found = next.map((direction) => [...direction]);
  }
  return found;
}

/** Seven digits: a basis is stored as text. */
const rounded = (x: number): number => Number(x.toPrecision(7));
