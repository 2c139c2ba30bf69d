import { z } from 'zod';
import { HEARTBEAT_SECONDS } from './boss.ts';

/** The queue that generators fetch from. */
export const GENERATE = 'generate';

/**
 * What a job contains: only the request's id and its deadline. Tokens, names and texts stay in `requests`, where they
 * can be erased; pg-boss keeps its rows for a while.
 */
export const generateJob = z.strictObject({
  requestId: z.uuid(),
  /**
   * Milliseconds since the epoch, on the database's clock. Checked when the job is popped, because pg-boss's own expiry
   * comes late.
   */
  deadline: z.number().int(),
});
export type GenerateJob = z.infer<typeof generateJob>;

/**
 * When a job is retried after it failed or its generator died: after half a second to a second, then after twice as
 * long each time, up to a minute. The number of retries takes about as long as an interaction's token lives, and
 * ensures that a job that kills its generator is eventually dropped.
 */
export const RETRIES = { retryLimit: 20, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 };
export type Retries = typeof RETRIES;

const HOUR = 3600;

export const GENERATE_QUEUE = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // Longer than any token lives: late jobs must still be popped, so that they can be closed with a note.
  retentionSeconds: 24 * HOUR,
  deleteAfterSeconds: HOUR,
} as const;
