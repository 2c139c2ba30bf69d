import type { EpochRecord, Progress } from './progress.ts';

/** What a run reports as it goes: the command line draws it, `--json` prints it, the database stores the epochs. */
export type TrainingEvent =
  | {
      event: 'start';
      base: string;
      recipe: string;
      mode: string;
      parameters: number;
      trainable: number;
      jokes: number;
      training: number;
      validation: number;
      /** sha256 of the corpus snapshot. */
      corpus: string;
      resumedAt: number;
      /** Where it computes, and why, if there was a choice. */
      provider: Progress['provider'];
      reason?: string;
      /** Loss of the model before this run, averaged as the recipe does. */
      validationLoss: number;
    }
  | {
      event: 'step';
      step: number;
      epoch: number;
      /** Share of the whole run that is done, 0 to 1. */
      progress: number;
      loss: number;
      learningRate: number;
      /** Norm of the gradient before clipping. */
      norm: number;
      tokensPerSecond: number;
      /** Seconds left, evaluations not counted. */
      eta: number;
    }
  | ({ event: 'epoch'; best: boolean } & EpochRecord)
  /** The GPU failed; another `start` follows, from the last checkpoint. */
  | { event: 'fallback'; reason: string }
  | { event: 'checkpoint'; step: number }
  | { event: 'done'; best: number; model: string; stopped: StopReason; epochs: EpochRecord[] };

/** `finished`: every epoch; `early`: validation loss stopped improving; `time`: the time limit. */
export type StopReason = 'finished' | 'early' | 'time';
