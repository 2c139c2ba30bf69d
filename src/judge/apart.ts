import { constants } from 'node:os';
import { openChild } from '../lib/child/open.ts';
import type { Basis } from './basis.ts';
import type { Variances } from './evidence.ts';
import type { Learned, Votings } from './fit.ts';

export interface FitRequest {
  basis: Basis;
  votings: Votings;
  /** Of the last fit. */
  variances?: Variances | undefined;
}

export type JudgeTasks = { fit: { request: FitRequest; event: never; answer: Learned } };

/**
 * `fitVotings` in a process of low priority: with thousands of jokes it takes a second, and nobody's answer should wait for
 * it. Rejects with `ChispaError`; `signal` ends the process.
 */
export async function fitApart(request: FitRequest, signal?: AbortSignal): Promise<Learned> {
  signal?.throwIfAborted();
  const child = openChild<JudgeTasks>(import.meta.url, 'worker', {
    name: 'The judge',
    code: 'judge',
    niceness: constants.priority.PRIORITY_LOW,
  });
  signal?.addEventListener('abort', child.close, { once: true });
  try {
    return await child.ask('fit', request);
  } finally {
    signal?.removeEventListener('abort', child.close);
    await child.close();
  }
}
