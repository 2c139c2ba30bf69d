import type { Joke } from '../../corpus/joke.ts';
import type { Random } from '../../lib/random.ts';
import type { ModelFolder } from '../../models/folder.ts';
import { trainedFrame } from '../../prompt/write.ts';
import type { Sample } from './batch.ts';

/** A joke to train on. */
export interface TrainingJoke {
  text: string;
  /** What it is about: its category and keywords, any of which may become the theme line. */
  themes: readonly string[];
  /** The weight of its tokens relative to other jokes'; 1 unless somebody voted. */
  weight: number;
}

/** CHISTES' category for jokes without one. */
const NO_CATEGORY = 'otros';

/** What a joke of a corpus file is about: its keywords, and its category if it has a real one. */
export const themesOf = ({
  category,
  keywords,
}: Pick<Joke, 'category'> & { keywords: readonly string[] }): string[] => [
  ...(category !== undefined && category !== NO_CATEGORY ? [category] : []),
  ...keywords,
];

/** A joke with the tokens of its text. */
export interface EncodedJoke extends TrainingJoke {
  tokens: readonly number[];
}

/** The share of samples that carry their theme. */
const THEMED = 0.5;

export type Speaker = Pick<ModelFolder, 'config' | 'tokenizer' | 'manifest'>;

/**
 * `<eot> [theme line] joke <eot>`, or for an instruct model the conversation that will ask for it, the joke and the end
 * of an answer. What stands before the joke is read, not learned: a model that learned it would open half its jokes
 * with a theme line. The closing token is learned like any other. Cut to at most `limit` tokens; `share` of the samples
 * carry a theme.
 */
export function jokeSample(
  model: Speaker,
  joke: EncodedJoke,
  random: Random,
  limit: number,
  share = THEMED,
): Sample {
  // Both draws are always made, so that one joke's themes do not shift the next joke's stream.
  const themed = random.unit() < share;
  const theme = joke.themes[Math.floor(random.unit() * joke.themes.length)];
  const frame = (about?: string) => trainedFrame(model, model.manifest.prompt, about);
  const about = themed && theme !== undefined ? frame(theme) : undefined;
  // A theme that leaves no room for the joke would leave nothing to train on.
  const { opening, end } = about && about.opening.length < limit ? about : frame();
  const tokens = [...opening, ...joke.tokens, end];
  return { tokens: tokens.slice(0, limit), from: opening.length, weight: joke.weight };
}

/** The notebook's sample: the joke's own tokens and nothing else, cut to `limit`. */
export const plainSample = (joke: EncodedJoke, limit: number): Sample => ({
  tokens: joke.tokens.slice(0, limit),
  from: 1,
  weight: 1,
});
