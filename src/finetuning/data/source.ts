import type { Row } from './batch.ts';

/** The rows of a run, wherever they come from. Everything is a pure function of the epoch number. */
export interface Source {
  /** The optimizer steps of an epoch (from 1), each a list of rows. */
  epoch(epoch: number): Row[][];
  /** The held-out rows, in evaluation batches. */
  validation: Row[][];
  /** A target that never counts. */
  ignored?: number;
  /**
   * How the losses of several steps or batches become one number. `batches`: the mean of their means, like the Hugging
   * Face Trainer. `tokens`: every token counts the same.
   */
  average: 'batches' | 'tokens';
  /** Steps over which the reported training loss is averaged (the Trainer's `logging_steps`); absent: the epoch. */
  logEvery?: number;
}
