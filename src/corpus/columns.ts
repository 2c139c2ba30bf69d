import { cleanText } from './clean.ts';
import { isCrude } from './crude.ts';
import { repairMojibake } from './encoding.ts';
import { type Joke, meanScore, type Votes, voteCount } from './joke.ts';
import type { Row } from './rows.ts';
import { foldedWords } from './words.ts';

/** Longest text accepted as a joke: CHISTES' longest has about 3,000 characters. */
const MAX_CHARACTERS = 8_000;

const NAMES = {
  id: ['id'],
  text: ['text', 'texto', 'joke', 'chiste'],
  source: ['source'],
  license: ['licence', 'license'],
  duplicate: ['duplicate'],
  category: ['category', 'categoria', 'categoría'],
  keywords: ['keywords', 'palabras_clave'],
  funny: ['funny'],
} as const;

/** Whether a row of these columns can be a joke at all. */
export const hasText = (row: Row): boolean => NAMES.text.some((name) => row.values.has(name));

/** What a row contains: a joke, with notes on other cells that could not be read, or the reason why it has none. */
export type ReadRow = { joke: Joke; notes: string[] } | string;

/**
 * Reads a row as a joke: the columns of CHISTES (id, text, keywords, funny, category), votes as in HAHA (`votes_no`,
 * `votes_1` … `votes_5`, or `votes: { "1": n, … }`) or `ratings: { rater: 0–5 }`, and the columns of Chispa's exports
 * (src/corpus/write.ts). Except for the text, a cell that cannot be read costs only itself.
 */
export function jokeOf(row: Row): ReadRow {
  const raw = column(row, 'text');
  if (raw === undefined) return 'has no text';
  if (typeof raw !== 'string') return 'has a text that is not a string';
  if (isNo(row.values.get('is_humor'))) return 'is marked as not a joke (is_humor is 0)';
  const lost = lostIn(raw);
  if (lost) return lost;
  const text = cleanText(raw);
  if (foldedWords(text).length === 0) return 'has no words';
  if (text.length > MAX_CHARACTERS) {
    return `is too long for a joke (${text.length} characters, at most ${MAX_CHARACTERS})`;
  }

  const notes: string[] = [];
  const take = <T>(value: T | string): T | undefined => {
    if (typeof value !== 'string') return value;
    notes.push(value);
    return undefined;
  };
  const joke: Joke = { line: row.line, text, keywords: keywordsOf(column(row, 'keywords')), flags: [] };
  const id = idOf(column(row, 'id'));
  if (id !== undefined) joke.id = id;
  const source = statedIn(row, 'source');
  if (source !== undefined) joke.source = source;
  const license = statedIn(row, 'license');
  if (license !== undefined) joke.license = license;
  const category = wordOf(column(row, 'category')).toLowerCase();
  if (category !== '') joke.category = category;
  const funny = take(numberIn(row, 'funny'));
  if (funny !== undefined) joke.funny = funny;
  const votes = take(votesOf(row));
  if (votes) joke.votes = votes;
  const rating = take(ratingOf(row, votes));
  if (rating) joke.rating = rating;
  if (isCrude(text)) joke.flags.push('crude');
  if (isYes(column(row, 'duplicate'))) joke.flags.push('duplicate');
  return { joke, notes };
}

/** Why a text is unusable: another program has already corrupted it. */
function lostIn(raw: string): string | undefined {
  if (raw.includes('\0')) return 'contains a zero byte';
  if (raw.includes('\ufffd')) return 'contains characters that were lost in an earlier conversion (U+FFFD)';
  if (/[\u0080-\u009f]/.test(repairMojibake(raw)))
    return 'contains control characters in place of letters: its encoding is not supported';
  return undefined;
}

const column = (row: Row, name: keyof typeof NAMES): unknown =>
  NAMES[name].map((alias) => row.values.get(alias)).find((value) => !isMissing(value));

const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  Number.isNaN(value) || // as pyarrow and polars write it in a numeric column
  (typeof value === 'string' && /^(|null|nan|none|n\/a|#n\/a)$/i.test(value.trim()));

const isYes = (value: unknown): boolean => /^(1|true|yes)$/i.test(String(value));

const isNo = (value: unknown): boolean => /^(0|0\.0|false|no)$/i.test(String(value));

const wordOf = (value: unknown): string =>
  ['string', 'number', 'bigint'].includes(typeof value) ? cleanText(String(value)).replace(/\n/g, ' ') : '';

/** A text as it is written, or undefined if there is none. */
function statedIn(row: Row, name: 'source' | 'license'): string | undefined {
  const value = column(row, name);
  return typeof value === 'string' ? value.trim() : undefined;
}

/** Verbatim: an id is compared, not interpreted. */
const idOf = (value: unknown): string | undefined =>
  ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : undefined;

/** A number, undefined if there is none, NaN for anything else. A comma is a decimal comma. */
function numberOf(value: unknown): number | undefined {
  if (isMissing(value)) return undefined;
  if (typeof value === 'object') return Number.NaN;
  return Number(typeof value === 'string' ? value.trim().replace(/^([+-]?\d*),(\d+)$/, '$1.$2') : value);
}

function numberIn(row: Row, name: string): number | undefined | string {
  const number = numberOf(row.values.get(name));
  return number === undefined || Number.isFinite(number) ? number : `its "${name}" is not a number`;
}

/** A list, or a list as text: `["a", "b"]`, `['a', 'b']` (as Python prints it), `a, b`, `a; b`, `a|b`. */
function keywordsOf(value: unknown): string[] {
  const list = typeof value === 'string' ? jsonList(value) : value;
  const parts = Array.isArray(list)
    ? list
    : wordOf(value)
        .replace(/^\[|\]$/g, '')
        .split(/[,;|]/);
  const words = parts.map((part) =>
    wordOf(part)
      .replace(/^["']|["']$/g, '')
      .trim()
      .toLowerCase(),
  );
  return [...new Set(words)].filter((word) => word !== '');
}

function jsonList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // one of the other spellings
  }
}

/** The rating from the votes, or from the columns `rating` and `votes` of an export. */
function ratingOf(row: Row, votes: Votes | undefined): { mean: number; votes: number } | string | undefined {
  if (votes) {
    const mean = meanScore(votes);
    return mean === undefined ? undefined : { mean, votes: voteCount(votes) };
  }
  const mean = numberIn(row, 'rating');
  if (mean === undefined || typeof mean === 'string') return mean;
  const count = numberOf(row.values.get('votes'));
  if (count === undefined) return undefined; // without a count, its weight is unknown
  if (!Number.isInteger(count) || count < 1 || mean < 0 || mean > 5)
    return 'its "rating" is not between 0 and 5, or its "votes" is not a count';
  return { mean, votes: count };
}

function votesOf(row: Row): Votes | string | undefined {
  const counts = [0, 0, 0, 0, 0, 0];
  const named = [row.values.get('votes_no'), ...[1, 2, 3, 4, 5].map((score) => voteColumn(row, score))];
  if (named.every(isMissing)) return raterVotes(row.values.get('ratings'));
  for (const [score, value] of named.entries()) {
    const count = numberOf(value) ?? 0;
    if (!Number.isInteger(count) || count < 0)
      return `it has a number of votes that is not a count: ${value}`;
    counts[score] = count;
  }
  return tuple(counts);
}

const voteColumn = (row: Row, score: number): unknown =>
  row.values.get(`votes_${score}`) ?? entryOf(row.values.get('votes'), String(score));

function raterVotes(ratings: unknown): Votes | string | undefined {
  if (typeof ratings !== 'object' || ratings === null) return undefined;
  const counts = [0, 0, 0, 0, 0, 0];
  for (const value of Object.values(ratings)) {
    const score = numberOf(value);
    if (score === undefined) continue;
    const count = counts[score];
    if (count === undefined) return `it has a rating that is not a whole number from 0 to 5: ${value}`;
    counts[score] = count + 1;
  }
  return tuple(counts);
}

const entryOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined;

const tuple = ([none = 0, one = 0, two = 0, three = 0, four = 0, five = 0]: number[]): Votes => [
  none,
  one,
  two,
  three,
  four,
  five,
];
