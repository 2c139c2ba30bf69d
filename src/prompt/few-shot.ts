import { houseJokes } from '../corpus/house.ts';
import { createRandom, shuffled } from '../lib/random.ts';
import type { FewShotRecipe } from './recipe.ts';

/** A joke of the right length is an example of brevity, too. In characters. */
const SHORTEST = 60;
const LONGEST = 240;
/** Enough that two jokes rarely begin after the same examples, and few enough to read in a manifest. */
const EXAMPLES = 40;

/**
 * The recipe of a base model. Its examples are house jokes spread over all categories, never held-out ones. They are
 * copied, so that a joke can be told again after the house has got new ones.
 */
export function houseRecipe(shots = 4): FewShotRecipe {
  const fitting = houseJokes().filter(
    ({ heldOut, text }) => !heldOut && text.length >= SHORTEST && text.length <= LONGEST,
  );
  const step = fitting.length / EXAMPLES;
  const chosen = Array.from({ length: EXAMPLES }, (_, i) => fitting[Math.floor((i + 0.5) * step)]);
  return {
    kind: 'few-shot',
    joke: 'Chiste:\n',
    theme: 'Chiste sobre {theme}:\n',
    separator: '\n\n',
    shots,
    examples: chosen.flatMap((joke) =>
      joke ? [{ theme: joke.keywords[0] ?? joke.category, text: joke.text }] : [],
    ),
  };
}

/** The random stream that draws the examples, apart from the one that draws the tokens. */
const EXAMPLE_STREAM = 0x5e7a;

/**
 * The text up to the new joke, with at most `shots` examples drawn by the seed. Fewer examples keep the first ones of
 * the draw. A theme is one line, like a heading.
 */
export function fewShotText(
  recipe: FewShotRecipe,
  { theme, seed, shots = recipe.shots }: { theme?: string | undefined; seed: number; shots?: number },
): string {
  const heading = (about: string) =>
    theme === undefined ? recipe.joke : recipe.theme.replaceAll('{theme}', () => about);
  const drawn = shuffled(recipe.examples, createRandom(seed, EXAMPLE_STREAM)).slice(0, shots);
  const examples = drawn.map((example) => `${heading(example.theme)}${example.text}${recipe.separator}`);
  return `${examples.join('')}${heading((theme ?? '').replace(/\s+/gu, ' ').trim())}`;
}
