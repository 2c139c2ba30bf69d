import type { Format } from '../../corpus/formats.ts';
import { textHash } from '../../corpus/hash.ts';
import type { Joke } from '../../corpus/joke.ts';
import { importEntries, type NewCorpusEntry } from '../../db/corpus.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { withDatabase } from '../open/database.ts';
import { readReporting } from './read.ts';

interface Options {
  source: string;
  license: string;
  format?: Format;
  clean?: boolean;
  json?: boolean;
}

/** `chispa corpus import`: bad rows are reported and left out; the others are imported in one transaction. */
export async function importCorpus(file: string, options: Options): Promise<void> {
  const { format, clean, json } = options;
  const source = stated('--source', options.source);
  const licence = stated('--license', options.license);
  const { jokes, errors } = await readReporting(file, format);
  const wanted = clean ? jokes.filter(({ flags }) => !flags.includes('crude')) : jokes;
  if (wanted.length === 0)
    throw new ChispaError('corpus-empty', `${file}: it contains no joke that can be imported`);

  const entries = wanted.map((joke) => entryOf(joke, source, licence));
  const { added, updated, known } = await withDatabase((db) => importEntries(db, entries));
  const crude = wanted.filter(({ flags }) => flags.includes('crude')).length;
  const leftOut = errors.length + jokes.length - wanted.length;
  if (json) {
    const result = { file, source, licence, read: jokes.length, added, updated, known, leftOut, crude };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    process.stdout.write(
      `${added} jokes added, ${updated} updated, ${known} already there, ${leftOut} left out; ${crude} are crude.\n`,
    );
  }
}

function stated(option: string, value: string): string {
  if (value.trim() === '') throw new UsageError(`${option} must not be empty.`);
  return value.trim();
}

function entryOf(joke: Joke, source: string, licence: string): NewCorpusEntry {
  const { text, category, keywords, funny, rating, flags, id } = joke;
  return {
    hash: textHash(text),
    text,
    source,
    sourceId: id ?? null,
    licence,
    category: category ?? null,
    keywords,
    rating: rating?.mean ?? null,
    ratingVotes: rating?.votes ?? null,
    funny: funny ?? null,
    flags,
  };
}
