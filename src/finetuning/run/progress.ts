import { z } from 'zod';

/** One row of the notebook's table, with a few more columns. Losses in nats. */
export const epochRecord = z.object({
  epoch: z.number(),
  /** Optimizer steps done. */
  step: z.number(),
  /** Averaged as the recipe does: the notebook by batches, like the Hugging Face Trainer; `chispa` by tokens. */
  trainLoss: z.number(),
  validationLoss: z.number(),
  /** Per predicted token, whatever the recipe. */
  trainTokenLoss: z.number(),
  validationTokenLoss: z.number(),
  /** Training time so far, without evaluation. */
  seconds: z.number(),
});
export type EpochRecord = z.infer<typeof epochRecord>;

/** The whole state of a run besides its weights and moments; JSON preserves every number exactly. */
export const progressSchema = z.object({
  /** Where it computes: another provider rounds differently. */
  provider: z.enum(['cpu', 'webgpu']).default('cpu'),
  /** Optimizer steps done. */
  step: z.number(),
  /** The current epoch, from 1, and its steps that are done. */
  epoch: z.number(),
  stepInEpoch: z.number(),
  /** Training time so far, without evaluation. */
  seconds: z.number(),
  /** Loss of the model before the run, averaged as the recipe does. */
  initialLoss: z.number(),
  /** Loss since the last report: sum over steps, and over tokens. */
  window: z.object({ sum: z.number(), steps: z.number() }),
  /** The last reported average of the window. */
  reported: z.number().nullable(),
  tokens: z.object({ sum: z.number(), weight: z.number() }),
  best: z.object({ epoch: z.number(), loss: z.number() }).nullable(),
  epochs: z.array(epochRecord),
});
export type Progress = z.infer<typeof progressSchema>;

export const startOfRun = (provider: Progress['provider'], initialLoss: number): Progress => ({
  provider,
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  seconds: 0,
  initialLoss,
  window: { sum: 0, steps: 0 },
  reported: null,
  tokens: { sum: 0, weight: 0 },
  best: null,
  epochs: [],
});
