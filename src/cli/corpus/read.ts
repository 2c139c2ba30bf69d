import type { Format } from '../../corpus/formats.ts';
import { type CorpusFile, readJokes } from '../../corpus/read.ts';

/** Reads a file of jokes and reports on stderr which rows are left out, and why. */
export async function readReporting(file: string, format?: Format): Promise<CorpusFile> {
  const corpus = await readJokes(file, format && { format });
  for (const { line, reason } of corpus.errors)
    process.stderr.write(`${file}:${line}: left out: ${reason}\n`);
  for (const { line, reason } of corpus.notes) process.stderr.write(`${file}:${line}: ${reason}; left out\n`);
  return corpus;
}
