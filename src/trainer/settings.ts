import { RECIPE_DEFAULTS, type TrainingSettings } from '../finetuning/settings.ts';
import { fitsMemory, type MemoryOptions } from '../finetuning/step/memory-need.ts';
import type { ModelConfig } from '../models/config.ts';

/** How the learning loop trains: the `chispa` recipe, starting from a model that already knows jokes. */
export const LEARNING_SETTINGS: TrainingSettings = {
  ...RECIPE_DEFAULTS.chispa,
  epochs: 1, // with two epochs on the same few hundred jokes it recites them (docs/learning.md lists what was tried)
  learningRate: 7e-5,
  // Jokes are told at 0.8 with the unlikeliest words cut off (topP). Trained at the temperature they were told at, the
  // model would sharpen each time; below it, it keeps its variety.
  temperature: 0.7,
  // A trainer may be stopped at any time, and a step of a large model takes seconds.
  checkpoint: 100,
};

/** An adapter's best learning rate is about ten times that of full weights (Schulman et al. 2025, "LoRA Without Regret"). */
const ADAPTER_RATE = 10;

/**
 * The settings for a model of this size: where its weights, moments and gradients do not fit into the free memory where
 * the run computes, an adapter learns instead, and is merged into the weights at the end.
 */
export function settingsFor(
  config: ModelConfig,
  settings: TrainingSettings,
  memory: MemoryOptions = {},
): TrainingSettings {
  if (settings.mode === 'lora' || fitsMemory(config, settings, memory)) return settings;
  const lora: TrainingSettings = {
    ...settings,
    mode: 'lora',
    learningRate: settings.learningRate * ADAPTER_RATE,
  };
  return fitsMemory(config, lora, memory) ? lora : settings;
}

/**
 * How a guild's voice is trained. A low-rank adapter starts at zero and takes larger steps than full weights. At this
 * rank, on this layer alone, a batch of eight different voices costs less than a twentieth more (docs/decoding.md).
 */
export const VOICE_SETTINGS: TrainingSettings = {
  ...LEARNING_SETTINGS,
  mode: 'lora',
  rank: 4,
  alpha: 8,
  targets: ['attention-input'],
  epochs: 2,
  learningRate: 3e-3,
};
