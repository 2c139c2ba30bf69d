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

const HOUR = 3600;

export const GENERATE_QUEUE = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // Times a joke may be begun again after a kill, a crash or a stop: one that kills its generator must end.
  retryLimit: 5,
  retryDelay: 0,
  // Longer than any token lives: late jobs must still be popped, to be closed with a note.
  retentionSeconds: 24 * HOUR,
  deleteAfterSeconds: HOUR,
} as const;
