import { duplicateGroups } from '../../corpus/duplicates.ts';
import { ChispaError } from '../../lib/errors.ts';
import { createRandom, shuffled } from '../../lib/random.ts';
import { trainedFrame } from '../../prompt/write.ts';
import type { TrainingSettings } from '../settings.ts';
import { chunks, packRows } from './pack.ts';
import { type EncodedJoke, jokeSample, plainSample, type Speaker, type TrainingJoke } from './samples.ts';
import type { Source } from './source.ts';
import { type Split, splitByHash, splitByShuffle } from './split.ts';

/** Fewest distinct training jokes; near-duplicates count once. */
const MINIMUM_JOKES = 20;
/** Tokens that a row must have for a joke, at least. */
const SHORTEST_JOKE = 8;

/**
 * What a recipe makes of a corpus of jokes: its split, its samples and its batches.
 * @throws ChispaError `corpus-too-small` if too little of it is left to train on, `prompt-too-long` if the model's prompt
 * leaves no room for a joke.
 */
export function jokeSource(
  model: Speaker,
  jokes: readonly TrainingJoke[],
  settings: TrainingSettings,
): Source & { split: Split<EncodedJoke> } {
  const encoded = jokes.map((joke) => ({ ...joke, tokens: model.tokenizer.encode(joke.text) }));
  return settings.recipe === 'notebook'
    ? notebookSource(model, encoded, settings)
    : chispaSource(model, encoded, settings);
}

/** The separate random streams of a run, by what they decide. */
const ORDER = 1;
const THEMES = 2;

/** Full rows in a new order every epoch, themes redrawn. */
function chispaSource(model: Speaker, jokes: readonly EncodedJoke[], settings: TrainingSettings) {
  const { seed, batch } = settings;
  const limit = Math.min(settings.maxLength, model.config.positions);
  refuseLongPrompt(model, limit);
  const groups = duplicateGroups(jokes.map(({ text }) => text));
  const split = splitByHash(jokes, ({ text }) => text, groups, settings.validation);
  const groupOf = new Map(jokes.map((joke, i) => [joke, groups[i]]));
  refuseTooFew(jokes, new Set(split.training.map((joke) => groupOf.get(joke))).size);
  const rowsOf = (set: readonly EncodedJoke[], epoch: number) => {
    const random = createRandom(seed, THEMES, epoch);
    return packRows(
      set.map((joke) => jokeSample(model, joke, random, limit)),
      limit,
    );
  };
  return {
    split,
    average: 'tokens' as const,
    epoch: (epoch: number) =>
      chunks(rowsOf(shuffled(split.training, createRandom(seed, ORDER, epoch)), epoch), batch),
    validation: chunks(rowsOf(split.validation, 0), batch),
  };
}

/** The notebook's batches: `batch` jokes per step in shuffled order, every end-of-text target masked. */
function notebookSource(model: Speaker, jokes: readonly EncodedJoke[], settings: TrainingSettings) {
  const { seed, batch } = settings;
  const limit = Math.min(settings.maxLength, model.config.positions);
  // A joke of one token predicts nothing.
  const split = splitByShuffle(
    jokes.filter(({ tokens }) => tokens.length > 1),
    settings.validation,
    seed,
  );
  refuseTooFew(jokes, split.training.length);
  const batchesOf = (set: readonly EncodedJoke[]) =>
    // The jokes of a batch go side by side in one row: same loss and gradients as padding, a seventh of the work.
    chunks(set, batch).map((group) => [group.map((joke) => plainSample(joke, limit))]);
  return {
    split,
    average: 'batches' as const,
    ignored: model.config.eos,
    logEvery: Math.max(1, Math.floor(split.training.length / batch)),
    epoch: (epoch: number) => batchesOf(shuffled(split.training, createRandom(seed, ORDER, epoch))),
    validation: batchesOf(split.validation),
  };
}

/** A conversation may fill the whole row; nothing would be learned then. */
function refuseLongPrompt(model: Speaker, limit: number): void {
  const { opening } = trainedFrame(model, model.manifest.prompt, undefined);
  if (opening.length + SHORTEST_JOKE <= limit) return;
  throw new ChispaError(
    'prompt-too-long',
    `What asks the model for a joke has ${opening.length} tokens, and a row has ${limit}: that leaves no room for the joke. Raise --max-length, or shorten the prompt with: npx chispa model prompt`,
  );
}

function refuseTooFew(corpus: readonly EncodedJoke[], left: number): void {
  if (left >= MINIMUM_JOKES) return;
  throw new ChispaError(
    'corpus-too-small',
    `The corpus has ${corpus.length} ${corpus.length === 1 ? 'joke' : 'jokes'}. Without near-duplicates and the held-out ones, ${left} ${left === 1 ? 'is' : 'are'} left to learn from; training needs at least ${MINIMUM_JOKES}. Add jokes to it.`,
  );
}
