import { expect, vi } from 'vitest';
import type { ClaimedJob } from '../../src/queue/consume.ts';

/** A handler that records its jobs, and a way to wait for them. */
export function collect() {
  const jobs: ClaimedJob[] = [];
  return {
    jobs,
    ids: (): string[] => jobs.map(({ requestId }) => requestId),
    handle: async (job: ClaimedJob): Promise<void> => {
      jobs.push(job);
    },
    reach: (count: number, timeout = 25_000): Promise<void> =>
      vi.waitFor(() => expect(jobs.length).toBeGreaterThanOrEqual(count), { timeout, interval: 10 }),
  };
}

/** For tests in which no job may run late or fail for the last time. */
export const never = {
  expire: async ({ requestId }: ClaimedJob): Promise<void> => {
    throw new Error(`request ${requestId} was not late`);
  },
  giveUp: async ({ requestId }: ClaimedJob, error: unknown): Promise<void> => {
    throw new Error(`request ${requestId} was given up`, { cause: error });
  },
};
