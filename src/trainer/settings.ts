import { BOT_DEFAULTS } from '../lib/settings.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../training/settings.ts';

/** How the learning loop trains: the `chispa` recipe, going on from a model that knows jokes already. */
export const LEARNING_SETTINGS: TrainingSettings = {
  ...RECIPE_DEFAULTS.chispa,
  epochs: 2,
  learningRate: 1e-4,
  temperature: BOT_DEFAULTS.temperature, // that of the jokes it learns from, most of them
  // A trainer may be stopped at any time, and a step of a large model takes seconds.
  checkpoint: 100,
};

/** How a guild's voice is trained. A low-rank adapter begins at nothing and takes larger steps than all weights do. */
export const VOICE_SETTINGS: TrainingSettings = { ...LEARNING_SETTINGS, mode: 'lora', learningRate: 1e-3 };
