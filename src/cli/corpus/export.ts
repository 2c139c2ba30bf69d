import { parquetWriteBuffer } from 'hyparquet-writer';
import { type CorpusRow, toCsv, toJsonLines } from '../../corpus/write.ts';
import { type CorpusEntry, type CorpusFilter, corpusEntriesOf, DUPLICATE } from '../../db/corpus.ts';
import { trainableJokes } from '../../db/trainable.ts';
import { seedJokes } from '../../finetuning/data/seed-jokes.ts';
import { ChispaError, messageOf, UsageError } from '../../lib/errors.ts';
import { writeWhole } from '../../models/whole-file.ts';
import {
  PREFERENCE_FORMATS,
  type PreferenceFormat,
  type PreferenceRow,
  preferenceRows,
} from '../../trainer/policy/preferences.ts';
import { withDatabase } from '../open/database.ts';
import { counted } from '../output/text.ts';

type Options = CorpusFilter & { ratings?: boolean; format?: PreferenceFormat };

/** `chispa corpus export`: writes a file that `import` and `train --corpus`, or another trainer, can read, atomically. */
export async function exportCorpus(file: string, { ratings, format, ...filter }: Options): Promise<void> {
  if (ratings) return exportRatings(file, format, filter);
  if (format) throw new UsageError(`--format ${format} is about votes: add --ratings.`);
  const write = writerFor(file);
  const rows = (await withDatabase((db) => corpusEntriesOf(db, filter))).map(rowOf);
  if (rows.length === 0) throw new ChispaError('corpus-empty', 'there are no such jokes to export');
  await save(file, write(rows), rows.length);
}

/** Only jokes that may teach, and no house joke that is held out of all training. */
async function exportRatings(
  file: string,
  format: PreferenceFormat | undefined,
  filter: CorpusFilter,
): Promise<void> {
  if (!format) throw new UsageError(`--ratings needs --format: ${PREFERENCE_FORMATS.join(', ')}.`);
  const [other] = Object.keys(filter);
  if (other) throw new UsageError(`--${other} is about imported jokes: leave it out with --ratings.`);
  const parquet = file.endsWith('.parquet');
  if (!parquet && file !== '-' && !file.endsWith('.jsonl'))
    throw new UsageError(`${file}: the file name must end in .jsonl or .parquet, or be "-" for stdout.`);
  const seeds = new Set(seedJokes().map(({ id }) => id));
  const rated = await withDatabase((db) => trainableJokes(db));
  const rows = preferenceRows(
    rated.filter(({ houseId }) => houseId === null || seeds.has(houseId)),
    format,
  );
  if (rows.length === 0)
    throw new ChispaError(
      'too-few-rated',
      `${rated.length} rated jokes may teach, and the votes do not yet tell good ones from bad ones: there is nothing to export.`,
    );
  await save(
    file,
    parquet ? parquetOf(rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    rows.length,
  );
}

function parquetOf(rows: readonly PreferenceRow[]): Uint8Array {
  const names = Object.keys(rows[0] ?? {}) as (keyof PreferenceRow)[]; // all rows of a format have the same columns
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

async function save(file: string, content: string | Uint8Array, rows: number): Promise<void> {
  if (file === '-') {
    process.stdout.write(content);
    return;
  }
  try {
    await writeWhole(file, async (handle) => {
      await handle.writeFile(content);
    });
  } catch (error) {
    throw new ChispaError('corpus-export', `${file} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  process.stderr.write(`${counted(rows, 'joke')} written to ${file}\n`);
}

function writerFor(file: string): (rows: readonly CorpusRow[]) => string {
  if (file.endsWith('.csv')) return toCsv;
  if (file === '-' || file.endsWith('.jsonl')) return toJsonLines;
  throw new UsageError(`${file}: the file name must end in .csv or .jsonl, or be "-" for stdout.`);
}

const rowOf = ({ sourceId, rating, ratingVotes, ...entry }: CorpusEntry): CorpusRow => ({
  id: sourceId,
  text: entry.text,
  keywords: entry.keywords,
  funny: entry.funny,
  category: entry.category,
  source: entry.source,
  licence: entry.licence,
  rating,
  votes: ratingVotes,
  duplicate: entry.flags.includes(DUPLICATE),
});
