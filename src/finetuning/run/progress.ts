import { z } from 'zod';

/** One row of the notebook's table, and what stands beside it. Losses in nats. */
export const epochRecord = z.object({
  epoch: z.number(),
  /** Optimizer steps done. */
  step: z.number(),
  /** As the recipe averages: the notebook by batches, like the Hugging Face Trainer; `chispa` by tokens. */
  trainLoss: z.number(),
  validationLoss: z.number(),
  /** Per predicted token, whatever the recipe. */
  trainTokenLoss: z.number(),
  validationTokenLoss: z.number(),
  /** Of training so far, evaluation left out. */
  seconds: z.number(),
});
export type EpochRecord = z.infer<typeof epochRecord>;

/** Everything a run knows besides its weights and moments; JSON keeps every number to the last bit. */
export const progressSchema = z.object({
  /** Optimizer steps done. */
  step: z.number(),
  /** The epoch under way, from 1, and the steps of it that are done. */
  epoch: z.number(),
  stepInEpoch: z.number(),
  /** Training time so far, evaluation left out. */
  seconds: z.number(),
  /** Of the model before the run, as the recipe averages. */
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

export const startOfRun = (initialLoss: number): Progress => ({
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
