import type { RowError } from './joke.ts';

/** One row of a corpus file before anything is known about its columns. */
export interface Row {
  /** From 1: the line it begins in, or its number where the format has no lines. */
  line: number;
  /** By column name, lower case and trimmed. */
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

/** Rows out of parsed JSON values; what is not an object is an error of its row. */
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
