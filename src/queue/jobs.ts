import { z } from 'zod';
import { HEARTBEAT_SECONDS } from './boss.ts';

/** The queue that generators pull from. */
export const GENERATE = 'generate';

/**
 * What a job carries: only which request and until when. Tokens, names and texts stay in `requests`, where they
 * are erased; pg-boss keeps its rows for a while.
 */
export const generateJob = z.strictObject({
  requestId: z.uuid(),
  /** Milliseconds since the epoch. Checked when popped: pg-boss's own expiry comes late. */
  deadline: z.number().int(),
});
export type GenerateJob = z.infer<typeof generateJob>;

/**
 * When a job that failed, or whose generator died, runs again: after half a second to a second, then twice as long each
 * time, a minute at most. So many times take about as long as an interaction's token lives, and one that kills its
 * generator ends.
 */
export const RETRIES = { retryLimit: 20, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 };
export type Retries = typeof RETRIES;

const HOUR = 3600;

export const GENERATE_QUEUE = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // Longer than any token lives: late jobs must still be popped, to be closed with a note.
  retentionSeconds: 24 * HOUR,
  deleteAfterSeconds: HOUR,
} as const;
