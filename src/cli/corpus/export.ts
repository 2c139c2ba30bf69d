import { type CorpusRow, toCsv, toJsonLines } from '../../corpus/write.ts';
import { type CorpusEntry, type CorpusFilter, corpusEntriesOf, DUPLICATE } from '../../db/corpus.ts';
import { ChispaError, messageOf, UsageError } from '../../lib/errors.ts';
import { writeWhole } from '../../models/whole-file.ts';
import { withDatabase } from '../open/database.ts';

/** `chispa corpus export`: writes a file that `import` and `train --corpus` can read, atomically. */
export async function exportCorpus(file: string, filter: CorpusFilter): Promise<void> {
  const write = writerFor(file);
  const rows = (await withDatabase((db) => corpusEntriesOf(db, filter))).map(rowOf);
  if (rows.length === 0) throw new ChispaError('corpus-empty', 'there are no such jokes to export');
  if (file === '-') {
    process.stdout.write(write(rows));
    return;
  }
  try {
    await writeWhole(file, async (handle) => {
      await handle.writeFile(write(rows));
    });
  } catch (error) {
    throw new ChispaError('corpus-export', `${file} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  process.stderr.write(`${rows.length} jokes written to ${file}\n`);
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
