import { RECIPE_DEFAULTS, type TrainingSettings } from '../finetuning/settings.ts';

/** How the learning loop trains: the `chispa` recipe, going on from a model that knows jokes already. */
export const LEARNING_SETTINGS: TrainingSettings = {
  ...RECIPE_DEFAULTS.chispa,
  epochs: 1, // twice over the same few hundred jokes, and it recites them (docs/learning.md has what was tried)
  learningRate: 7e-5,
  // Jokes are told at 0.8 with the unlikeliest words left out (topP). Learned at the temperature they were told at, the
  // model would find them sharper each time; below it, it keeps its variety.
  temperature: 0.7,
  // A trainer may be stopped at any time, and a step of a large model takes seconds.
  checkpoint: 100,
};

/**
 * How a guild's voice is trained. A low-rank adapter begins at nothing and takes larger steps than all weights do. So
 * small a one on this layer alone costs a batch of eight different voices less than a twentieth (docs/decoding.md).
 */
export const VOICE_SETTINGS: TrainingSettings = {
  ...LEARNING_SETTINGS,
  mode: 'lora',
  rank: 4,
  alpha: 8,
  targets: ['attn.c_attn'],
  epochs: 2,
  learningRate: 3e-3,
};
