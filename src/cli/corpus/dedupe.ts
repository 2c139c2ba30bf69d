import { type Duplicate, duplicateGroups, nearDuplicates } from '../../corpus/duplicates.ts';
import type { Format } from '../../corpus/formats.ts';
import { corpusEntriesOf, markDuplicates } from '../../db/corpus.ts';
import { withDatabase } from '../open/database.ts';
import { counted } from '../output/text.ts';
import { readReporting } from './read.ts';

interface Options {
  format?: Format;
  threshold: number;
  dryRun?: boolean;
  json?: boolean;
}

interface Found {
  pairs: Duplicate[];
  /** Indices of the jokes to drop. */
  superfluous: number[];
}

/**
 * `chispa corpus dedupe`: of each group of near-duplicates, keeps the joke with the most votes, or the first of
 * those. In the database the others are only marked, so that importing their file again does not bring them back.
 */
export async function dedupe(file: string | undefined, options: Options): Promise<void> {
  const { threshold, dryRun = false, json } = options;
  const { found, texts, marked } =
    file === undefined ? await inDatabase(threshold, dryRun) : await inFile(file, threshold, options.format);
  const { pairs, superfluous } = found;
  if (json) {
    const shown = pairs.map(({ first, second, similarity }) => ({
      first: texts[first],
      second: texts[second],
      similarity,
    }));
    const result = { jokes: texts.length, superfluous: superfluous.length, marked, pairs: shown };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  for (const { first, second, similarity } of pairs) {
    process.stdout.write(`${similarity.toFixed(2)}\n${texts[first]}\n~\n${texts[second]}\n\n`);
  }
  const outcome = marked
    ? `marked as ${superfluous.length === 1 ? 'a duplicate' : 'duplicates'}`
    : 'redundant';
  process.stdout.write(`${counted(texts.length, 'joke')}, ${superfluous.length} ${outcome}.\n`);
}

async function inFile(file: string, threshold: number, format?: Format) {
  const { jokes } = await readReporting(file, format);
  const texts = jokes.map(({ text }) => text);
  return { found: find(texts, threshold, () => 0), texts, marked: false };
}

const inDatabase = (threshold: number, dryRun: boolean) =>
  withDatabase(async (db) => {
    const entries = await corpusEntriesOf(db, { duplicates: true });
    const texts = entries.map(({ text }) => text);
    const found = find(texts, threshold, (i) => entries[i]?.ratingVotes ?? 0);
    const ids = found.superfluous.flatMap((i) => entries[i]?.id ?? []);
    if (!dryRun) await markDuplicates(db, ids);
    return { found, texts, marked: !dryRun };
  });

function find(texts: readonly string[], threshold: number, votes: (index: number) => number): Found {
  const pairs = nearDuplicates(texts, { threshold });
  const groups = duplicateGroups(texts, { threshold });
  const kept = new Map<number, number>();
  for (const [i, group] of groups.entries()) {
    const best = kept.get(group);
    if (best === undefined || votes(i) > votes(best)) kept.set(group, i);
  }
  return { pairs, superfluous: groups.flatMap((group, i) => (kept.get(group) === i ? [] : [i])) };
}
