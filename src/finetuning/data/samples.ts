import type { Joke } from '../../corpus/joke.ts';
import type { Random } from '../../lib/random.ts';
import type { ModelFolder } from '../../models/folder.ts';
import type { PromptTemplates } from '../../models/manifest.ts';
import { templateTokens } from '../../models/template.ts';
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

/** How the `chispa` recipe writes a joke, and therefore how its models are prompted for one. */
export const JOKE_FORMAT: PromptTemplates = {
  joke: '{eot}',
  theme: '{eot}Tema: {theme}\n',
  continue: '{eot}{text}',
};

/** The share of samples that carry their theme. */
const THEMED = 0.5;

export type Speaker = Pick<ModelFolder, 'config' | 'tokenizer'>;

/**
 * `<eot> [theme line] joke <eot>`. The theme line is read, not learned: a model that learned it would open half its
 * jokes with a theme line. The closing end-of-text is learned like any token. Cut to at most `limit` tokens; `share`
 * of the samples carry a theme.
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
  const { joke: plain, theme: withTheme } = JOKE_FORMAT;
  const about =
    themed && theme !== undefined && withTheme ? templateTokens(model, withTheme, { theme }) : undefined;
  // A theme that leaves no room for the joke would leave nothing to train on.
  const opening = about && about.length < limit ? about : templateTokens(model, plain);
  const tokens = [...opening, ...joke.tokens, model.config.eos];
  return { tokens: tokens.slice(0, limit), from: opening.length, weight: joke.weight };
}

/** The notebook's sample: the joke's own tokens and nothing else, cut to `limit`. */
export const plainSample = (joke: EncodedJoke, limit: number): Sample => ({
  tokens: joke.tokens.slice(0, limit),
  from: 1,
  weight: 1,
});
