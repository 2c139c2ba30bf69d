import { z } from 'zod';
import type { EngineOptions } from '../engine/engine.ts';

export const RECIPES = ['chispa', 'notebook'] as const;
export const TRAINING_PROVIDERS = ['auto', 'cpu', 'webgpu'] as const;
/** Where a run computes; `auto` measures. */
export type TrainingProvider = (typeof TRAINING_PROVIDERS)[number];

/** Where runs compute on a machine that decodes with this provider: CUDA cannot keep tensors on the device from Node. */
export const trainingProvider = (provider: EngineOptions['provider']): TrainingProvider =>
  provider === 'cuda' ? 'cpu' : provider;

export type RecipeName = (typeof RECIPES)[number];

/**
 * Hyperparameters: the one place where their names, ranges and defaults are defined. The flags of `chispa train` and the
 * settings stored with a run are derived from here.
 */
export const trainingSettings = z.strictObject({
  /**
   * `notebook`: the source notebook's run of the Hugging Face Trainer, batch by batch. `chispa`: full rows, a theme
   * line in half the samples, and the model learns where a joke ends.
   */
  recipe: z.enum(RECIPES),
  mode: z.enum(['full', 'lora']),
  epochs: z.number().int().min(1).max(10_000),
  learningRate: z.number().positive().max(1),
  schedule: z.enum(['linear', 'cosine']),
  /** Share of the run during which the learning rate rises. */
  warmup: z.number().min(0).max(1),
  weightDecay: z.number().min(0).max(1),
  /** Largest global norm of the gradient. */
  clip: z.number().positive(),
  dropout: z.number().min(0).max(0.9),
  /**
   * Divides the logits in the loss. A model trained on jokes that it sampled at a temperature must be trained at that
   * temperature: at 1 its distribution would turn into the sharper one it was sampled from, over and over.
   */
  temperature: z.number().min(0.05).max(2),
  /** Jokes per step (`notebook`), or rows per step (`chispa`). */
  batch: z.number().int().min(1).max(4096),
  /** Parts that the batch is split into and computed one after another: less memory, same result. */
  accumulate: z.number().int().min(1).max(4096),
  /** Most tokens in a joke or a row; never more than the model's context. */
  maxLength: z.number().int().min(8).max(65_536),
  /** Share of the corpus that is held out. */
  validation: z.number().min(0.01).max(0.5),
  /** Stop after this many epochs without a better validation loss; 0 never. */
  patience: z.number().int().min(0),
  /** Steps between checkpoints, besides the one at each epoch; 0 none. */
  checkpoint: z.number().int().min(0),
  /** Decides the split, the order, the themes and dropout. Unsigned, 32 bits. */
  seed: z.number().int().min(0).max(0xffff_ffff),
  rank: z.number().int().min(1).max(1024),
  alpha: z.number().positive(),
  /** Layers of each block that an adapter changes, by name or group (`namedLayers`). */
  targets: z.array(z.string().min(1)).min(1),
});
export type TrainingSettings = z.infer<typeof trainingSettings>;

const shared = {
  mode: 'full',
  weightDecay: 0.01,
  clip: 1,
  dropout: 0.1,
  temperature: 1,
  accumulate: 1,
  maxLength: 512,
  validation: 0.1,
  checkpoint: 500,
  seed: 0,
  rank: 8,
  alpha: 16,
  targets: ['all-linear'],
} satisfies Partial<TrainingSettings>;

/** What each recipe sets; `notebook` is the Hugging Face Trainer's defaults with the notebook's own arguments. */
export const RECIPE_DEFAULTS: Record<RecipeName, TrainingSettings> = {
  notebook: {
    ...shared,
    recipe: 'notebook',
    epochs: 10,
    learningRate: 2e-5,
    schedule: 'linear',
    warmup: 0,
    batch: 2,
    patience: 0,
  },
  chispa: {
    ...shared,
    recipe: 'chispa',
    epochs: 10,
    learningRate: 2e-4,
    schedule: 'cosine',
    warmup: 0.1,
    batch: 4,
    patience: 2,
  },
};
