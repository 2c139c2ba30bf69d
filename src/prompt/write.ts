import { answerEnd, chatTokens, question } from './chat.ts';
import { fewShotText } from './few-shot.ts';
import { openingText, templateTokens } from './plain.ts';
import {
  type ChatRecipe,
  type FewShotRecipe,
  type PlainRecipe,
  type Recipe,
  trainedRecipe,
} from './recipe.ts';
import type { Speaker } from './speaker.ts';

/** What is asked of a model: a joke, or the continuation of a person's text. */
export type Ask = { kind: 'joke'; theme?: string | undefined } | { kind: 'continue'; text: string };

export interface WrittenPrompt {
  tokens: number[];
  /** How many of the first tokens stay when the prompt is too long: what a person wrote comes after them. */
  head: number;
  /** The part of the prompt that readers see as the beginning of the joke. */
  opening: string;
  /** What ends the joke besides the model's end tokens: the start of the next one. */
  separator?: string;
  /** Whether the joke begins with its first visible word, after any thinking. */
  answers: boolean;
}

/**
 * Writes a prompt by its recipe. The seed draws a few-shot prompt's examples: as many as fit `room` tokens, perhaps
 * none. What a person wrote is always plain text. A continuation is written where the joke would stand.
 */
export function writePrompt(
  speaker: Speaker,
  recipe: Recipe,
  ask: Ask,
  draw: { seed: number; room: number },
): WrittenPrompt {
  if (recipe.kind === 'chat') return conversation(speaker, recipe, ask);
  if (recipe.kind === 'few-shot') return belowExamples(speaker, recipe, ask, draw);
  return plain(speaker, recipe, ask);
}

function conversation(speaker: Speaker, recipe: ChatRecipe, ask: Ask): WrittenPrompt {
  const theme = ask.kind === 'joke' ? ask.theme : undefined;
  const head = chatTokens(speaker, recipe, question(recipe, theme));
  const begun = ask.kind === 'continue' ? speaker.tokenizer.encode(ask.text) : [];
  return { tokens: [...head, ...begun], head: head.length, opening: '', answers: ask.kind === 'joke' };
}

function belowExamples(
  { config, tokenizer }: Speaker,
  recipe: FewShotRecipe,
  ask: Ask,
  { seed, room }: { seed: number; room: number },
): WrittenPrompt {
  const encode = (text: string) => [config.start, ...tokenizer.encode(text)];
  const theme = ask.kind === 'joke' ? ask.theme : undefined;
  const begun = ask.kind === 'continue' ? ask.text : '';
  for (let shots = recipe.shots; ; shots--) {
    const above = fewShotText(recipe, { theme, seed, shots });
    const tokens = encode(`${above}${begun}`);
    if (tokens.length > room && shots > 0) continue;
    const { separator } = recipe;
    return { tokens, head: encode(above).length, opening: '', separator, answers: ask.kind === 'joke' };
  }
}

function plain(speaker: Speaker, recipe: PlainRecipe, ask: Ask): WrittenPrompt {
  const written = (template: string, values: Record<string, string>, opening = ''): WrittenPrompt => {
    const tokens = templateTokens(speaker, template, values);
    return { tokens, head: tokens[0] === speaker.config.start ? 1 : 0, opening, answers: false };
  };
  if (ask.kind === 'continue') return written(recipe.continue, { text: ask.text });
  return ask.theme !== undefined && recipe.theme !== undefined
    ? written(recipe.theme, { theme: ask.theme })
    : written(recipe.joke, {}, openingText(recipe.joke));
}

/** What a joke is trained between: the prompt that will ask for it, and the token that ends it. */
export function trainedFrame(
  speaker: Speaker,
  recipe: Recipe,
  theme: string | undefined,
): { opening: number[]; end: number } {
  const own = trainedRecipe(recipe);
  const { tokens } = writePrompt(speaker, own, { kind: 'joke', theme }, { seed: 0, room: 0 });
  return { opening: tokens, end: own.kind === 'chat' ? answerEnd(speaker, own) : speaker.config.eos };
}

/**
 * A joke as a model would have told it: after the prompt that it is asked with, examples included where it has some, and
 * with its end. The joke begins at `from`. The whole keeps to `room` tokens as far as leaving out examples helps.
 */
export function toldTokens(
  speaker: Speaker,
  recipe: Recipe,
  joke: string,
  { seed, room }: { seed: number; room: number },
): { tokens: number[]; from: number } {
  const written = (text: string) => speaker.tokenizer.encode(text);
  if (recipe.kind !== 'few-shot') {
    const { opening, end } = trainedFrame(speaker, recipe, undefined);
    return { tokens: [...opening, ...written(joke), end], from: opening.length };
  }
  const told = written(`${joke}${recipe.separator}`);
  const { tokens } = writePrompt(speaker, recipe, { kind: 'joke' }, { seed, room: room - told.length });
  return { tokens: [...tokens, ...told], from: tokens.length };
}
