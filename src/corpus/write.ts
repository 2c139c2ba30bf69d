/** A joke as exported: the columns of CHISTES, and where it comes from. */
export interface CorpusRow {
  /** Its id in its source. */
  id: string | null;
  text: string;
  keywords: readonly string[];
  funny: number | null;
  category: string | null;
  source: string;
  licence: string;
  /** Mean of the votes on 0–5, and their number. */
  rating: number | null;
  votes: number | null;
  /** Whether `corpus dedupe` marked it. */
  duplicate: boolean;
}

const COLUMNS = [
  'id',
  'text',
  'keywords',
  'funny',
  'category',
  'source',
  'licence',
  'rating',
  'votes',
  'duplicate',
] as const;

/** CSV per RFC 4180, but with `\n`; the first line names the columns. */
export const toCsv = (rows: readonly CorpusRow[]): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => field(row[column])).join(',')), ''].join(
    '\n',
  );

/** One JSON object per line. */
export const toJsonLines = (rows: readonly CorpusRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function field(value: CorpusRow[keyof CorpusRow]): string {
  const text = Array.isArray(value) ? listOf(value) : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Words separated by commas or, if a word contains a separator, a JSON list. */
const listOf = (words: readonly string[]): string =>
  words.some((word) => /[,;|"'[\]]/.test(word)) ? JSON.stringify(words) : words.join(', ');
