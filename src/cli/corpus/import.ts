import type { Format } from '../../corpus/formats.ts';
import { textHash } from '../../corpus/hash.ts';
import type { Joke } from '../../corpus/joke.ts';
import { importEntries, type NewCorpusEntry } from '../../db/corpus.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { withDatabase } from '../open/database.ts';
import { counted } from '../output/text.ts';
import { readReporting } from './read.ts';

interface Options {
  source?: string;
  license?: string;
  format?: Format;
  clean?: boolean;
  json?: boolean;
}

/**
 * `chispa corpus import`: bad rows are reported and left out; the others are imported in one transaction. What an option
 * says holds for every joke; without it, each joke has to say it itself, as an export's do.
 */
export async function importCorpus(file: string, options: Options): Promise<void> {
  const { format, clean, json } = options;
  const stated: Stated = {
    source: filled('--source', options.source),
    license: filled('--license', options.license),
  };
  const { jokes, errors } = await readReporting(file, format);
  const wanted = clean ? jokes.filter(({ flags }) => !flags.includes('crude')) : jokes;
  if (wanted.length === 0)
    throw new ChispaError('corpus-empty', `${file}: it contains no joke that can be imported`);

  const entries = wanted.map((joke) => entryOf({ ...joke, ...originOf(joke, stated) }));
  const { added, updated, known } = await withDatabase((db) => importEntries(db, entries));
  const crude = wanted.filter(({ flags }) => flags.includes('crude')).length;
  const leftOut = errors.length + jokes.length - wanted.length;
  if (json) {
    const result = {
      file,
      source: stated.source,
      licence: stated.license,
      read: jokes.length,
      added,
      updated,
      known,
      leftOut,
      crude,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    process.stdout.write(
      `${counted(added, 'joke')} added, ${updated} updated, ${known} already there, ${leftOut} left out; ${crude} crude.\n`,
    );
  }
}

function filled(option: string, value: string | undefined): string | undefined {
  if (value?.trim() === '') throw new UsageError(`${option} must not be empty.`);
  return value?.trim();
}

interface Origin {
  source: string;
  license: string;
}

type Stated = { [option in keyof Origin]: string | undefined };

function originOf(joke: Joke, stated: Stated): Origin {
  const { source = joke.source, license = joke.license } = stated;
  if (source !== undefined && license !== undefined) return { source, license };
  const missing = [
    ...(source === undefined ? ['--source <name>'] : []),
    ...(license === undefined ? ['--license <license>'] : []),
  ];
  throw new UsageError(`missing ${missing.join(', ')}: the joke in line ${joke.line} does not say it.`);
}

function entryOf(joke: Joke & Origin): NewCorpusEntry {
  const { text, source, license, category, keywords, funny, rating, flags, id } = joke;
  return {
    hash: textHash(text),
    text,
    source,
    sourceId: id ?? null,
    licence: license,
    category: category ?? null,
    keywords,
    rating: rating?.mean ?? null,
    ratingVotes: rating?.votes ?? null,
    funny: funny ?? null,
    flags,
  };
}
