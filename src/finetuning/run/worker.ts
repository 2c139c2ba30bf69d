import { serveParent } from '../../lib/child/serve.ts';
import { performRun } from './perform.ts';
import type { TrainingTasks } from './train-run.ts';

/** The training process. */
serveParent<TrainingTasks>({
  train: (folder, { tell, signal }) => performRun(folder, { emit: tell, interrupted: () => signal.aborted }),
});
