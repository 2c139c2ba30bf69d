import type { Format } from '../../corpus/formats.ts';
import { type CorpusStats, corpusStats } from '../../corpus/stats.ts';
import { corpusEntriesOf } from '../../db/corpus.ts';
import { withDatabase } from '../open/database.ts';
import { columns } from '../output/text.ts';
import { readReporting } from './read.ts';

interface Options {
  format?: Format;
  source?: string;
  clean?: boolean;
  json?: boolean;
}

/** `chispa corpus stats`: statistics of a file or, without one, of the imported jokes. */
export async function showStats(file: string | undefined, options: Options): Promise<void> {
  const stats = file === undefined ? await statsOfDatabase(options) : await statsOfFile(file, options);
  process.stdout.write(`${options.json ? JSON.stringify(stats) : inWords(stats)}\n`);
}

async function statsOfFile(file: string, { format, clean }: Options): Promise<CorpusStats> {
  const { jokes } = await readReporting(file, format);
  const wanted = clean ? jokes.filter(({ flags }) => !flags.includes('crude')) : jokes;
  return corpusStats(wanted.map((joke) => ({ ...joke, voted: joke.rating !== undefined })));
}

async function statsOfDatabase({ source, clean }: Options): Promise<CorpusStats> {
  const entries = await withDatabase((db) => corpusEntriesOf(db, { source, clean }));
  return corpusStats(entries.map((entry) => ({ ...entry, voted: entry.ratingVotes !== null })));
}

const BAR = 40;

function inWords({ rows, medianWords, lengths, categories, crude, voted }: CorpusStats): string {
  const most = Math.max(1, ...lengths.map((length) => length.rows));
  const bars = lengths.map(({ from, to, rows: count }) => [
    `  ${to === null ? `${from} and more` : `${from}-${to}`}`,
    String(count),
    '█'.repeat(Math.ceil((count / most) * BAR)),
  ]);
  const table = categories.map(({ category, rows: count }) => [`  ${category || '(none)'}`, String(count)]);
  return [
    `jokes         ${rows}`,
    `median words  ${medianWords}`,
    `crude         ${crude}`,
    `with votes    ${voted}`,
    '',
    'words',
    columns(bars),
    '',
    'categories',
    columns(table),
  ].join('\n');
}
