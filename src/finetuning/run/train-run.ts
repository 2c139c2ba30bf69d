import { ChispaError } from '../../lib/errors.ts';
import { forkSibling } from '../../lib/fork.ts';
import type { TrainingEvent } from './events.ts';

export type FromWorker =
  | { kind: 'event'; event: TrainingEvent }
  | { kind: 'outcome'; outcome: 'done' | 'interrupted' }
  | { kind: 'failure'; code: string; message: string };

export interface TrainOptions {
  onEvent?: (event: TrainingEvent) => void;
  /** Aborting lets the step under way end and writes a checkpoint. */
  signal?: AbortSignal;
}

/**
 * Trains a prepared run in a process of its own, from wherever it stands. Resolves when its model is written
 * (`done`) or when `signal` stopped it at a checkpoint (`interrupted`). Throws `ChispaError`; whatever happens, the
 * run can be gone on with from its last checkpoint.
 */
export function trainRun(
  folder: string,
  { onEvent, signal }: TrainOptions = {},
): Promise<'done' | 'interrupted'> {
  return new Promise((resolve, reject) => {
    const child = forkSibling(import.meta.url, 'worker', { args: [folder] });
    let outcome: 'done' | 'interrupted' | undefined;
    let failure: ChispaError | undefined;
    const stop = () => child.connected && child.send('stop');
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'event') onEvent?.(message.event);
      else if (message.kind === 'outcome') outcome = message.outcome;
      else failure = new ChispaError(message.code, message.message);
    });
    child.once('error', reject);
    // Not `exit`, which may come before the last messages.
    child.once('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (failure) reject(failure);
      else if (outcome) resolve(outcome);
      else reject(died(code, killedBy));
    });
  });
}

const died = (code: number | null, signal: NodeJS.Signals | null) =>
  new ChispaError(
    'training-killed',
    signal === 'SIGKILL'
      ? 'The training process was killed, most likely because the machine ran out of memory. Go on with --resume, after freeing some.'
      : `The training process ended unexpectedly (${signal ?? `exit code ${code}`}). Go on with --resume.`,
  );
