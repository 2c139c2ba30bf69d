import { CsvError, parse } from 'csv-parse/sync';
import { ChispaError } from '../lib/errors.ts';
import { hasText } from './columns.ts';
import { type Rows, rowOf } from './rows.ts';

/** A quote still open after this many lines was not meant as one. */
const MAX_LINES_OF_RECORD = 500;

/** Excel's first line that names the separator. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?,*;*\s*$/i;

/** Spreadsheets have titles, comments and empty rows above the names of the columns, but not more lines than this. */
const MAX_LINES_ABOVE_HEADER = 20;

/**
 * Reads CSV (RFC 4180) whose first line names the columns; comma, semicolon and tab are recognized. Lines above the one
 * that names the text's column are skipped. A malformed record (a quote never closed, or another number of fields than the
 * header) is reported as an error of its line; reading goes on with the next line.
 */
export function readCsv(text: string): Rows {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const result: Rows = { rows: [], errors: [] };
  const { at, delimiter } = headerOf(lines);
  let header: string[] | undefined;

  for (let first = at; first < lines.length; ) {
    if (lines[first]?.trim() === '') {
      first += 1;
      continue;
    }
    const { fields, length, problem } = recordAt(lines, first, delimiter);
    const line = first + 1;
    first += length;
    if (header === undefined) {
      if (fields === undefined) throw new ChispaError('corpus-header', `its first line ${problem}`);
      header = fields;
    } else if (fields === undefined) {
      result.errors.push({ line, reason: problem });
    } else if (fields.length !== header.length) {
      const reason = `has ${fields.length} fields, the header has ${header.length}`;
      result.errors.push({ line, reason });
    } else {
      result.rows.push(
        rowOf(
          line,
          header.map((name, i) => [name, fields[i]]),
        ),
      );
    }
  }
  return result;
}

/** Where the header is, and what separates its names: the first line that names the text's column, else the first line. */
function headerOf(lines: readonly string[]): { at: number; delimiter: string } {
  const start = lines.findIndex((line) => line.trim() !== '');
  const told = SEPARATOR_LINE.exec(lines[start] ?? '')?.[1];
  const first = told ? start + 1 : Math.max(0, start);
  const delimiterAt = (at: number) => told ?? delimiterOf(lines[at] ?? '');
  const namesText = (line: string, i: number) => {
    const { fields = [] } = fieldsOf(line, delimiterAt(first + i));
    return hasText(
      rowOf(
        0,
        fields.map((name) => [name, name]),
      ),
    );
  };
  const at = first + Math.max(0, lines.slice(first, first + MAX_LINES_ABOVE_HEADER).findIndex(namesText));
  return { at, delimiter: delimiterAt(at) };
}

type ReadRecord =
  | { fields: string[]; length: number; problem?: never }
  | { fields?: never; length: 1; problem: string };

/**
 * The record that begins at a line. Each is parsed separately, so that a broken one does not spoil those after it: reading
 * resumes at the very next line.
 */
function recordAt(lines: readonly string[], first: number, delimiter: string): ReadRecord {
  let length = 0;
  let open = false;
  do {
    const quotes = lines[first + length]?.split('"').length ?? 1;
    if (quotes % 2 === 0) open = !open;
    length += 1;
  } while (open && first + length < lines.length && length < MAX_LINES_OF_RECORD);

  const whole = fieldsOf(lines.slice(first, first + length).join('\n'), delimiter);
  if (whole.fields) return { fields: whole.fields, length };
  const alone = fieldsOf(lines[first] ?? '', delimiter);
  if (alone.code === 'INVALID_OPENING_QUOTE') {
    // Quotes inside an unquoted field, as in: 7,mide 5" de largo,x
    const relaxed = fieldsOf(lines[first] ?? '', delimiter, { relax_quotes: true });
    if (relaxed.fields) return { fields: relaxed.fields, length: 1 };
  }
  return { length: 1, problem: PROBLEMS[alone.code ?? ''] ?? 'is not CSV' };
}

const PROBLEMS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has a stray quote (inside quotes write it twice: "")',
};

function fieldsOf(record: string, delimiter: string, options = {}): { fields?: string[]; code?: string } {
  try {
    const [fields] = parse(record, { delimiter, relax_column_count: true, ...options });
    return fields ? { fields } : { fields: [] };
  } catch (error) {
    if (error instanceof CsvError) return { code: error.code };
    throw error;
  }
}

/** The separator that occurs most often in the header, outside quotes. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const count = (character: string) => bare.split(character).length;
  return [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}
