import { constants } from 'node:os';
import { type AskOptions, openChild } from '../../lib/child/open.ts';
import type { TrainingEvent } from './events.ts';

/** The request is the folder of a run. */
export type TrainingTasks = {
  train: { request: string; event: TrainingEvent; answer: 'done' | 'interrupted' };
};

/**
 * Trains a prepared run, from wherever it stopped, in a separate process that yields to everything else on the machine.
 * Resolves with `done` once its model is written, or with `interrupted` if `signal` stopped it (the current step finishes
 * and a checkpoint is written). Throws `ChispaError`; whatever happens, the run can be resumed from its last checkpoint.
 */
export async function trainRun(
  folder: string,
  options?: AskOptions<TrainingEvent>,
): Promise<'done' | 'interrupted'> {
  const child = openChild<TrainingTasks>(import.meta.url, 'worker', {
    name: 'The training process',
    code: 'training',
    advice: 'Continue with --resume.',
    niceness: constants.priority.PRIORITY_LOW,
  });
  try {
    return await child.ask('train', folder, options);
  } finally {
    await child.close();
  }
}
