import type { Database } from '../db/connect.ts';
import { LEASE_SECONDS, type OpenRun, renewLease } from '../db/training-runs.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/**
 * Says regularly that the process at a run lives. While the database is away the work goes on; should another
 * process have taken the run up by then, `lost` aborts. Call the result's `release` in the end.
 */
export function holdLease(db: Database, run: OpenRun, log: Logger): { lost: AbortSignal; release(): void } {
  const lost = new AbortController();
  const timer = setInterval(
    () => {
      renewLease(db, run).then(
        (ours) => {
          if (!ours) lost.abort();
        },
        (error) => log.warn({ error: messageOf(error) }, 'the training run could not be renewed'),
      );
    },
    (LEASE_SECONDS * 1000) / 4,
  );
  return { lost: lost.signal, release: () => clearInterval(timer) };
}
