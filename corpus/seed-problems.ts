import { cleanText } from '../src/corpus/clean.ts';
import { nearDuplicates } from '../src/corpus/duplicates.ts';
import type { Joke } from '../src/corpus/joke.ts';
import { foldedWords } from '../src/corpus/words.ts';

/** As many consecutive words as make a text somebody else's. */
const SHARED_WORDS = 6;

/** A form of a word shares this much of its beginning: "bailando" with "bailar". */
const STEM = 0.6;

/** What is wrong with the seed jokes in themselves, one sentence each; nothing when all is well. */
export function seedProblems(jokes: readonly Joke[]): string[] {
  const problems = jokes.flatMap((joke) => problemsOf(joke).map((problem) => `${joke.id}: ${problem}`));
  const texts = jokes.map(({ text }) => text);
  for (const { first, second, similarity } of nearDuplicates(texts)) {
    problems.push(
      `${jokes[first]?.id} and ${jokes[second]?.id} are near-duplicates (${similarity.toFixed(2)})`,
    );
  }
  if (new Set(jokes.map(({ id }) => id)).size < jokes.length) problems.push('two jokes have the same id');
  return problems;
}

/** Every seed joke that shares six consecutive folded words with one of the others' texts. */
export function sharedWords(jokes: readonly Joke[], others: Iterable<string>): string[] {
  const taken = new Set<string>();
  for (const text of others) for (const run of runsOf(text)) taken.add(run);
  return jokes.flatMap((joke) => {
    const run = runsOf(joke.text).find((candidate) => taken.has(candidate));
    return run ? [`${joke.id} shares "${run}"`] : [];
  });
}

function runsOf(text: string): string[] {
  const words = foldedWords(text);
  return words.slice(SHARED_WORDS - 1).map((_, i) => words.slice(i, i + SHARED_WORDS).join(' '));
}

function problemsOf({ text, category, keywords, funny, flags }: Joke): string[] {
  const problems: string[] = [];
  if (text !== cleanText(text)) problems.push('its text is not clean');
  if (!category) problems.push('it has no category');
  if (keywords.length === 0 || keywords.length > 3) problems.push('it needs one to three keywords');
  for (const keyword of keywords) {
    if (!mentions(text, keyword)) problems.push(`its keyword "${keyword}" does not occur in it`);
  }
  if (funny === undefined || funny < 1 || funny > 5) problems.push('its "funny" is not from 1 to 5');
  if (flags.includes('crude')) problems.push('it is crude');
  if (!balanced(text)) problems.push('an opening or closing mark is missing');
  return problems;
}

/** Whether each word of a keyword, or an inflection of it, occurs in a text. */
export function mentions(text: string, keyword: string): boolean {
  const stems = (of: string) => foldedWords(of).map((word) => word.replaceAll('z', 'c')); // pez, peces
  const words = stems(text);
  return stems(keyword).every((wanted) => {
    const stem = wanted.length <= 3 ? wanted : wanted.slice(0, Math.ceil(wanted.length * STEM));
    return words.some((word) => word.startsWith(stem));
  });
}

/** Whether every ¿ ¡ and quote that opens is closed on its line, and the other way round. */
export function balanced(text: string): boolean {
  return text.split('\n').every((line) => {
    const count = (mark: string) => line.split(mark).length - 1;
    return count('¿') === count('?') && count('¡') === count('!') && count('"') % 2 === 0;
  });
}
