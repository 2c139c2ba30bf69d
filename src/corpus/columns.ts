import { cleanText } from './clean.ts';
import { isCrude } from './crude.ts';
import type { Joke, Votes } from './joke.ts';
import type { Row } from './rows.ts';
import { foldedWords } from './words.ts';

/** What may be a joke's longest form: CHISTES' longest has some 3,000 characters. */
const MAX_CHARACTERS = 8_000;

const NAMES = {
  id: ['id'],
  text: ['text', 'texto', 'joke', 'chiste'],
  category: ['category', 'categoria', 'categoría'],
  keywords: ['keywords', 'palabras_clave'],
  funny: ['funny'],
} as const;

/** Whether a row of these columns can be a joke at all. */
export const hasText = (row: Row): boolean => NAMES.text.some((name) => row.values.has(name));

/**
 * A row as a joke: the columns of CHISTES (id, text, keywords, funny, category) and votes as HAHA has them
 * (`votes_no`, `votes_1` … `votes_5`, or `votes: { "1": n, … }`), or `ratings: { rater: 0–5 }`.
 * Returns the reason as a string when the row is none.
 */
export function jokeOf(row: Row): Joke | string {
  const raw = column(row, 'text');
  if (raw === undefined) return 'has no text';
  if (typeof raw !== 'string') return 'has a text that is not a string';
  if (isNo(row.values.get('is_humor'))) return 'is marked as no joke (is_humor is 0)';
  const text = cleanText(raw);
  if (foldedWords(text).length === 0) return 'has no words';
  if (text.includes('\ufffd')) return 'holds characters that were lost in an earlier conversion (U+FFFD)';
  if (text.length > MAX_CHARACTERS) {
    return `is too long for a joke (${text.length} characters, at most ${MAX_CHARACTERS})`;
  }

  const joke: Joke = { line: row.line, text, keywords: keywordsOf(column(row, 'keywords')), flags: [] };
  const id = wordOf(column(row, 'id'));
  if (id !== '') joke.id = id;
  const category = wordOf(column(row, 'category')).toLowerCase();
  if (category !== '') joke.category = category;
  const funny = numberOf(column(row, 'funny'));
  if (Number.isNaN(funny)) return 'has a "funny" that is not a number';
  if (funny !== undefined) joke.funny = funny;
  const votes = votesOf(row);
  if (typeof votes === 'string') return votes;
  if (votes) joke.votes = votes;
  if (isCrude(text)) joke.flags.push('crude');
  return joke;
}

const column = (row: Row, name: keyof typeof NAMES): unknown =>
  NAMES[name].map((alias) => row.values.get(alias)).find((value) => !isMissing(value));

const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && /^(|null|nan|none)$/i.test(value.trim()));

const isNo = (value: unknown): boolean => /^(0|0\.0|false|no)$/i.test(String(value));

const wordOf = (value: unknown): string =>
  ['string', 'number', 'bigint'].includes(typeof value) ? cleanText(String(value)).replace(/\n/g, ' ') : '';

/** A number, undefined where there is none, NaN where something else stands. */
function numberOf(value: unknown): number | undefined {
  if (isMissing(value)) return undefined;
  return typeof value === 'object' ? Number.NaN : Number(value);
}

/** A list, or its text: `["a", "b"]`, `['a', 'b']` (as Python prints it), `a, b`, `a; b`, `a|b`. */
function keywordsOf(value: unknown): string[] {
  const parts = Array.isArray(value)
    ? value
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

function votesOf(row: Row): Votes | string | undefined {
  const counts = [0, 0, 0, 0, 0, 0];
  const named = [row.values.get('votes_no'), ...[1, 2, 3, 4, 5].map((score) => voteColumn(row, score))];
  if (named.every(isMissing)) return raterVotes(row.values.get('ratings'));
  for (const [score, value] of named.entries()) {
    const count = numberOf(value) ?? 0;
    if (!Number.isInteger(count) || count < 0) return `has a number of votes that is no count: ${value}`;
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
    if (count === undefined) return `has a rating that is not a whole number from 0 to 5: ${value}`;
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
