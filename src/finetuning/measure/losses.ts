import { constants } from 'node:os';
import { openChild } from '../../lib/child/open.ts';

export interface LossRequest {
  /** The model's folder. */
  folder: string;
  jokes: readonly string[];
  threads: number;
  /** Divides the logits; default 1. */
  temperature?: number;
}

export type LossTasks = { measure: { request: LossRequest; event: never; answer: number[] } };

/**
 * Mean loss per predicted token of each joke [jokes], in nats, computed like `jokeLosses`, but in a separate process:
 * onnxruntime would block this one. Rejects with `ChispaError`; `signal` ends the process.
 */
export async function measureLosses(request: LossRequest, signal?: AbortSignal): Promise<number[]> {
  signal?.throwIfAborted();
  const child = openChild<LossTasks>(import.meta.url, 'loss-worker', {
    name: 'The loss measurement process',
    code: 'evaluation',
    niceness: constants.priority.PRIORITY_LOW,
  });
  signal?.addEventListener('abort', child.close, { once: true });
  try {
    return await child.ask('measure', request);
  } finally {
    signal?.removeEventListener('abort', child.close);
    await child.close();
  }
}
