import type { RowError } from './joke.ts';

/** One row of a corpus file before anything is known about its columns. */
export interface Row {
  /** From 1: the line it begins on, or its row number if the format has no lines. */
  line: number;
  /** By column name, lower-cased and trimmed. */
  values: ReadonlyMap<string, unknown>;
}

export interface Rows {
  rows: Row[];
  errors: RowError[];
}

export const rowOf = (line: number, entries: Iterable<readonly [string, unknown]>): Row => ({
  line,
  values: new Map(Array.from(entries, ([name, value]) => [name.trim().toLowerCase(), value])),
});

/** Rows from parsed JSON values; a value that is not an object is reported as an error. */
export function jsonRows(values: Iterable<{ line: number; value: unknown }>): Rows {
  const result: Rows = { rows: [], errors: [] };
  for (const { line, value } of values) {
    if (typeof value === 'string') result.rows.push(rowOf(line, [['text', value]]));
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      result.rows.push(rowOf(line, Object.entries(value)));
    } else result.errors.push({ line, reason: 'is not a JSON object' });
  }
  return result;
}
