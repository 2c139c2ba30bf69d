import { cleanText } from '../src/corpus/clean.ts';
import { isCrude } from '../src/corpus/crude.ts';
import { nearDuplicates } from '../src/corpus/duplicates.ts';
import type { HouseJoke } from '../src/corpus/house.ts';
import { foldedWords } from '../src/corpus/words.ts';
import type { Safety } from '../src/safety/safety.ts';

/** Consecutive shared words that make a joke somebody else's. */
const SHARED_WORDS = 6;

/** The share of its beginning that an inflected form keeps: "bailando" and "bailar". */
const STEM = 0.6;

/** Characters in a joke: anything shorter is not a joke yet, anything longer is a story. */
const [SHORTEST, LONGEST] = [30, 300];
const MOST_LINES = 6;
const MOST_KEYWORDS = 3;

/** A keyword consists of letters: "inteligencia artificial", "GPS", "ping-pong". */
const KEYWORD = /^\p{L}+(?:[ -]\p{L}+)*$/u;

/** The choices of a survey: "a) Sí. b) No." */
const CHOICE = /(?<=^| )[a-e]\)/g;

/** What is wrong with the house jokes, one sentence each; empty if all is well. */
export function houseProblems(jokes: readonly HouseJoke[], safety: Safety): string[] {
  const problems = jokes.flatMap((joke) =>
    problemsOf(joke, safety).map((problem) => `${joke.id}: ${problem}`),
  );
  for (const { first, second, similarity } of nearDuplicates(jokes.map(({ text }) => text))) {
    const [one, other] = [jokes[first]?.id, jokes[second]?.id];
    problems.push(`${one} and ${other} are near-duplicates (${similarity.toFixed(2)})`);
  }
  return problems;
}

/** Every joke that shares six consecutive folded words with one of the others' texts. */
export function sharedWords(jokes: readonly HouseJoke[], others: Iterable<string>): string[] {
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

function problemsOf({ text, keywords }: HouseJoke, safety: Safety): string[] {
  const problems: string[] = [];
  // House jokes quote in « » or " ", as the author likes; … is one character.
  const plain = text.replace(/[«»]/g, '"').replaceAll('…', '...');
  if (plain !== cleanText(text)) problems.push('its text is not clean (dashes, spaces, quotes)');
  if (text.length < SHORTEST || text.length > LONGEST)
    problems.push(`it has ${text.length} characters, not ${SHORTEST} to ${LONGEST}`);
  if (text.split('\n').length > MOST_LINES) problems.push(`it has more than ${MOST_LINES} lines`);
  if (!balanced(text)) problems.push('an opening or closing mark is missing');
  if (isCrude(text)) problems.push('it is crude');
  for (const said of [text, ...keywords]) {
    const verdict = safety.check(said, 'safe');
    if (!verdict.allowed) problems.push(`safe mode refuses "${verdict.match}" (${verdict.reason})`);
  }
  if (keywords.length > MOST_KEYWORDS) problems.push(`it has more than ${MOST_KEYWORDS} keywords`);
  if (new Set(keywords).size < keywords.length) problems.push('a keyword occurs twice');
  for (const keyword of keywords) {
    if (!KEYWORD.test(keyword)) problems.push(`its keyword "${keyword}" does not consist of letters`);
    else if (!mentions(text, keyword) && !within(text, keyword))
      problems.push(`its keyword "${keyword}" does not occur in it`);
  }
  return problems;
}

/** Whether the keyword is part of a longer word: "niebla" in "Valdeniebla". */
const within = (text: string, keyword: string): boolean =>
  foldedWords(text).join(' ').includes(foldedWords(keyword).join(' '));

/** Whether each word of a keyword, or an inflection of it, occurs in a text. */
export function mentions(text: string, keyword: string): boolean {
  const stems = (of: string) => foldedWords(of).map((word) => word.replaceAll('z', 'c')); // pez, peces
  const words = stems(text);
  return stems(keyword).every((wanted) => {
    const stem = wanted.length <= 3 ? wanted : wanted.slice(0, Math.ceil(wanted.length * STEM));
    return words.some((word) => word.startsWith(stem));
  });
}

/** Whether every opening ¿ ¡ « or quote is closed on its line, and vice versa. */
export function balanced(text: string): boolean {
  return text.split('\n').every((written) => {
    const line = written.replace(CHOICE, '');
    const count = (mark: string) => line.split(mark).length - 1;
    const paired = ['¿?', '¡!', '«»', '()'].every(([open = '', close = '']) => count(open) === count(close));
    return paired && count('"') % 2 === 0;
  });
}
