import { type HouseJoke, houseJokes } from './house.ts';
import { foldedWords } from './words.ts';

/** Words that say nothing about what a theme is about. */
const FILLERS = new Set(
  'a al con de del e el en la las lo los o para por que se sobre su sus u un una unas unos y'.split(' '),
);
/** A shorter stem would fit everything. */
const SHORTEST_STEM = 3;
/** Diminutives and augmentatives: "gatito", "cafecito", "chiquillo", "perrazo", "librote". */
const SIZES = /(?:c?it|ill|az|ot)(?<gender>[ao])$/;

type Index = ReadonlyMap<string, ReadonlySet<HouseJoke>>;
let index: Index | undefined;

/**
 * The jokes of the house that may be told about a theme: those with all of its words among their keywords and category,
 * however they are inflected ("gatos", "gatita" and "un gato" find `gato`). Without a theme, all that may be told.
 *
 * Jokes held out of training are never told: their votes and continuations would take them there.
 */
export function houseJokesAbout(theme?: string): readonly HouseJoke[] {
  if (theme === undefined) return tellable();
  index ??= indexed(tellable());
  const [first, ...others] = themeWords(theme).map((word) => jokesWith(word, index ?? new Map()));
  return [...(first ?? [])].filter((joke) => others.every((jokes) => jokes.has(joke)));
}

const tellable = (): HouseJoke[] => houseJokes().filter(({ heldOut }) => !heldOut);

const themeWords = (theme: string): string[] => foldedWords(theme).filter((word) => !FILLERS.has(word));

/** Which jokes each word of a keyword or category finds. */
function indexed(jokes: readonly HouseJoke[]): Index {
  const found = new Map<string, Set<HouseJoke>>();
  for (const joke of jokes) {
    for (const word of [joke.category, ...joke.keywords].flatMap(themeWords).map(singular)) {
      found.set(word, (found.get(word) ?? new Set()).add(joke));
    }
  }
  return found;
}

/** The jokes that a word finds; where it finds none, those of its masculine, which most keywords are. */
function jokesWith(word: string, words: Index): ReadonlySet<HouseJoke> {
  const forms = formsOf(singular(word));
  const found = (wanted: readonly string[]) =>
    new Set(wanted.flatMap((form) => [...(words.get(form) ?? [])]));
  const own = found(forms);
  return own.size > 0 ? own : found(forms.map((form) => form.replace(/a$/, 'o')));
}

/** A word, and what it may be the diminutive or augmentative of. */
function formsOf(word: string): string[] {
  const { index: end = word.length, groups } = SIZES.exec(word) ?? {};
  const stem = word.slice(0, end).replace(/qu$/, 'c').replace(/gu$/, 'g');
  return groups && stem.length >= SHORTEST_STEM ? [word, `${stem}${groups.gender}`, singular(stem)] : [word];
}

/** Without the ending of the plural, and without an e that only carries it: "coches" and "coche", "relojes" and "reloj". */
function singular(word: string): string {
  const stem = word.replace(/ces$/, 'zes').replace(/s$/, '').replace(/e$/, '');
  return stem.length < SHORTEST_STEM ? word : stem;
}
