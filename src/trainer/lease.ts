import type { Database } from '../db/connect.ts';
import { LEASE_SECONDS, type OpenRun, renewLease } from '../db/training-runs.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/**
 * Renews the lease of the process working on a run. The work goes on while the database is unreachable; if another
 * process has picked up the run by then, `lost` aborts. Call `release` at the end.
 */
export function holdLease(db: Database, run: OpenRun, log: Logger): { lost: AbortSignal; release(): void } {
  const lost = new AbortController();
  const timer = setInterval(
    () => {
      renewLease(db, run).then(
        (ours) => {
          if (!ours) lost.abort();
        },
        (error) => log.warn({ error: messageOf(error) }, "the training run's lease could not be renewed"),
      );
    },
    (LEASE_SECONDS * 1000) / 4,
  );
  return { lost: lost.signal, release: () => clearInterval(timer) };
}
