import { constants } from 'node:os';
import { type AskOptions, openChild } from '../../lib/child/open.ts';
import type { TrainingEvent } from './events.ts';

/** The request is the folder of a run. */
export type TrainingTasks = {
  train: { request: string; event: TrainingEvent; answer: 'done' | 'interrupted' };
};

/**
 * Trains a prepared run, from wherever it stands, in a process of its own that yields to everything else on the machine.
 * Resolves when its model is written (`done`) or when `signal`, which lets the step under way end, stopped it at a
 * checkpoint (`interrupted`). Throws `ChispaError`; whatever happens, the run can be gone on with from its last checkpoint.
 */
export async function trainRun(
  folder: string,
  options?: AskOptions<TrainingEvent>,
): Promise<'done' | 'interrupted'> {
  const child = openChild<TrainingTasks>(import.meta.url, 'worker', {
    name: 'The training process',
    code: 'training',
    advice: 'Go on with --resume.',
    niceness: constants.priority.PRIORITY_LOW,
  });
  try {
    return await child.ask('train', folder, options);
  } finally {
    await child.close();
  }
}
