import { z } from 'zod';

/**
 * How a model is asked for a joke, as its manifest stores it. There are three kinds: `plain` for models that were
 * trained on jokes, `few-shot` for base models, and `chat` for instruct models.
 */

const withTheme = z.string().includes('{theme}');

/**
 * Templates. `{eot}` is the token that documents begin with (GPT-2's end-of-text). `{theme}` and `{text}` are what a
 * person gave, always read as plain text. The rest of the template is tokenized as is.
 */
const plainRecipe = z.strictObject({
  kind: z.literal('plain').optional(),
  /** The start of a new joke. Text after `{eot}` is the visible beginning of the joke itself. */
  joke: z.string().default('{eot}'),
  /** The start of a joke with a theme. A model without this template was not trained with themes. */
  theme: withTheme.optional(),
  /** The start of a continuation. */
  continue: z.string().includes('{text}').default('{eot}{text}'),
});
export type PlainRecipe = z.infer<typeof plainRecipe>;

/** The new joke stands below a few examples, each below its own heading, and ends where the next would begin. */
const fewShotRecipe = z.strictObject({
  kind: z.literal('few-shot'),
  /** The heading of every joke, up to the joke itself. */
  joke: z.string().min(1),
  /** The same when a theme was asked for: each example then names its own. */
  theme: withTheme,
  /** What stands between two jokes and in none. */
  separator: z.string().min(1),
  /** How many examples a prompt has, if the model's context has room for them. */
  shots: z.number().int().min(1).max(16),
  /** The jokes to draw the examples from. */
  examples: z.array(z.strictObject({ theme: z.string(), text: z.string().min(1) })).min(1),
});
export type FewShotRecipe = z.infer<typeof fewShotRecipe>;

/** A conversation of one question, written as the model's own chat template writes it. */
const chatRecipe = z.strictObject({
  kind: z.literal('chat'),
  /** The system message; empty for none. It is part of `before` already. */
  system: z.string(),
  /** The question. */
  joke: z.string().min(1),
  /** The question with a theme. */
  theme: withTheme,
  /** What the template writes before the question, and after it up to the answer. May name special tokens. */
  before: z.string(),
  after: z.string(),
  /** The token that ends an answer, by name, if it has one of its own. */
  end: z.string().optional(),
});
export type ChatRecipe = z.infer<typeof chatRecipe>;

export const recipeSchema = z.discriminatedUnion('kind', [plainRecipe, fewShotRecipe, chatRecipe]);
export type Recipe = z.infer<typeof recipeSchema>;

/** The recipe of a model whose folder says nothing about prompts. */
export const BARE_RECIPE: PlainRecipe = plainRecipe.parse({});

/** How Chispa's own training writes a joke, and therefore how the models it has trained are asked for one. */
export const JOKE_FORMAT: PlainRecipe = {
  joke: '{eot}',
  theme: '{eot}Tema: {theme}\n',
  continue: '{eot}{text}',
};

/**
 * How a model is asked once it has been trained on jokes, and thus how it is trained: an instruct model keeps its
 * conversation, and any other learns to begin a joke where a document begins.
 */
export const trainedRecipe = (recipe: Recipe): PlainRecipe | ChatRecipe =>
  recipe.kind === 'chat' ? recipe : JOKE_FORMAT;

/** Whether the model can be asked for a joke about something. */
export const takesTheme = (recipe: Recipe): boolean => recipe.theme !== undefined;
