import { constants, setPriority } from 'node:os';
import { ChispaError } from '../../lib/errors.ts';
import { forkSibling } from '../../lib/fork.ts';

export interface LossQuestion {
  /** Of the model. */
  folder: string;
  jokes: readonly string[];
  threads: number;
  /** Divides the logits; default 1. */
  temperature?: number;
}

export type LossAnswer = { losses: number[] } | { code: string; message: string };

/**
 * Mean loss per predicted token of each joke [jokes], in nats, as `jokeLosses` computes it, in a process of its own:
 * onnxruntime would block this one. Rejects with `ChispaError`; `signal` ends the process.
 */
export function measureLosses(question: LossQuestion, signal?: AbortSignal): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = forkSibling(import.meta.url, 'loss-worker', { ...(signal && { signal }) });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let answer: LossAnswer | undefined;
    child.on('message', (message: LossAnswer) => {
      answer = message;
    });
    child.once('error', reject);
    // Not `exit`, which may come before the last messages.
    child.once('close', (code, killedBy) => {
      if (answer && 'losses' in answer) resolve(answer.losses);
      else
        reject(
          answer
            ? new ChispaError(answer.code, answer.message)
            : new ChispaError(
                'evaluation-killed',
                `The process that measures losses ended unexpectedly (${killedBy ?? `exit code ${code}`}).`,
              ),
        );
    });
    child.send(question);
  });
}
