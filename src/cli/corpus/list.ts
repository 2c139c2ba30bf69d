import {
  type CorpusEntry,
  type CorpusFilter,
  type CorpusSource,
  corpusEntriesOf,
  corpusSources,
} from '../../db/corpus.ts';
import { withDatabase } from '../open/database.ts';
import { columns } from '../output/text.ts';

/** `chispa corpus list`: the sources, or the jokes of one source or category. */
export async function listCorpus(options: CorpusFilter & { json?: boolean }): Promise<void> {
  const { json = false, ...filter } = options;
  const jokes = filter.source !== undefined || filter.category !== undefined;
  await (jokes ? listJokes(filter, json) : listSources(json));
}

async function listJokes(filter: CorpusFilter, json: boolean): Promise<void> {
  print(await withDatabase((db) => corpusEntriesOf(db, filter)), json, (entries) =>
    entries.map(jokeText).join('\n'),
  );
}

async function listSources(json: boolean): Promise<void> {
  print(await withDatabase(corpusSources), json, (sources) => columns([HEADER, ...sources.map(sourceCells)]));
}

const HEADER = ['SOURCE', 'LICENCE', 'JOKES', 'CRUDE', 'DUPLICATES', 'IMPORTED'];

const sourceCells = ({ source, licence, jokes, crude, duplicates, lastImport }: CorpusSource): string[] => [
  source,
  licence,
  String(jokes),
  String(crude),
  String(duplicates),
  lastImport.toISOString().slice(0, 10),
];

function jokeText({ id, text, source, category, keywords, rating, ratingVotes, flags }: CorpusEntry): string {
  const votes = rating === null ? [] : [`${rating.toFixed(1)} of 5 (${ratingVotes} votes)`];
  const about = [source, category ?? 'no category', ...keywords, ...votes, ...flags].join(' · ');
  return `#${id}  ${about}\n${text}\n`;
}

function print<T>(rows: readonly T[], json: boolean, inWords: (rows: readonly T[]) => string): void {
  if (json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  else if (rows.length > 0) process.stdout.write(`${inWords(rows)}\n`);
  else process.stdout.write('No jokes found. Import some with: npx chispa corpus import\n');
}
