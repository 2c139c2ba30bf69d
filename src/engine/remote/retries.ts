import { setTimeout as pause } from 'node:timers/promises';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { Passing, Silent } from './server.ts';

/** How often a request is tried again, whatever failed; and after silence, which takes as long as our patience. */
const RETRIES = 4;
const RETRIES_AFTER_SILENCE = 1;
const RETRY_MS = 500;

export interface RetryOptions {
  /** Of the server. */
  url: string;
  /** Milliseconds before the first retry, then twice as long each time. Default 500. */
  retryDelay?: number | undefined;
}

/**
 * Counts the failures of a request. What it returns is told each one: it rejects as `engine-unreachable` after the last
 * try, else resolves when the next is due.
 */
export function createRetries({ url, retryDelay = RETRY_MS }: RetryOptions) {
  let failures = 0;
  let silences = 0;
  return async (error: unknown, signal: AbortSignal): Promise<void> => {
    failures++;
    if (error instanceof Silent) silences++;
    if (failures > RETRIES || silences > RETRIES_AFTER_SILENCE) throw unreachable(url, error);
    // Longer each time, and not in step with others.
    const own = retryDelay * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    const asked = error instanceof Passing ? error.wait : 0;
    await pause(Math.max(own, asked), undefined, { signal });
  };
}

/** Tries again what may pass. Rejects as `engine-unreachable` when it does not. */
export async function patiently<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  options: RetryOptions,
): Promise<T> {
  const failed = createRetries(options);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || error instanceof ChispaError) throw error;
      await failed(error, signal);
    }
  }
}

const unreachable = (url: string, why: unknown): ChispaError =>
  new ChispaError('engine-unreachable', `The server at ${url} does not answer: ${messageOf(why)}.`, {
    cause: why,
  });
