import { readFile } from 'node:fs/promises';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { hasText, jokeOf } from './columns.ts';
import { type Format, formatOf, readRows } from './formats.ts';
import type { Joke, RowError } from './joke.ts';

export interface CorpusFile {
  format: Format;
  jokes: Joke[];
  /** Rows left out, in line order. */
  errors: RowError[];
  /** Unreadable cells in rows that were kept. */
  notes: RowError[];
}

/**
 * Reads the jokes of a file: CSV, JSON lines, parquet or plain text, detected unless `format` is given. A row without a
 * usable joke is reported in `errors`, and the rest is read. Columns: see `jokeOf`.
 *
 * @throws ChispaError if the file cannot be read, is empty, or has no text column.
 */
export async function readJokes(path: string, options: { format?: Format } = {}): Promise<CorpusFile> {
  const bytes = await contentsOf(path);
  const format = options.format ?? formatOf(path, bytes);
  const { rows, errors } = await readRows(format, bytes).catch((error: unknown) => {
    if (!(error instanceof ChispaError)) throw error;
    throw new ChispaError(error.code, `${path}: ${error.message}`, { cause: error });
  });
  const [first] = rows;
  if (first && !rows.some(hasText)) {
    const found = [...first.values.keys()].join(', ');
    throw new ChispaError('corpus-columns', `${path}: no column is named "text" (there are: ${found})`);
  }
  const jokes: Joke[] = [];
  const notes: RowError[] = [];
  for (const row of rows) {
    const read = jokeOf(row);
    if (typeof read === 'string') errors.push({ line: row.line, reason: read });
    else {
      jokes.push(read.joke);
      notes.push(...read.notes.map((reason) => ({ line: row.line, reason })));
    }
  }
  if (jokes.length === 0 && errors.length === 0)
    throw new ChispaError('corpus-empty', `${path}: contains no jokes`);
  return { format, jokes, errors: errors.sort((a, b) => a.line - b.line), notes };
}

async function contentsOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? 'there is no such file' : messageOf(error);
    throw new ChispaError('corpus-file', `${path}: ${reason}`, { cause: error });
  }
}
