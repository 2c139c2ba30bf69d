import { fromPglite, PgBoss } from 'pg-boss';
import type { Store } from '../db/connect.ts';
import type { Logger } from '../lib/log.ts';

/**
 * A generator that sends no heartbeat for this long is presumed dead, and its jobs are retried. pg-boss allows no
 * less.
 */
export const HEARTBEAT_SECONDS = 10;

/** pg-boss over the store's own connections. `schedule`: whether to send scheduled jobs. */
export async function startBoss(store: Store, log: Logger, schedule: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    ...(store.kind === 'pglite'
      ? { db: fromPglite(store.pglite), backend: 'pglite' as const }
      : { db: { executeSql: (text: string, values?: unknown[]) => store.pool.query(text, values) } }),
    // How often to look for the jobs of dead generators.
    superviseIntervalSeconds: HEARTBEAT_SECONDS / 2,
    monitorIntervalSeconds: HEARTBEAT_SECONDS / 2,
    schedule,
    registerInstance: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => log.error({ error: error.message }, 'queue error'));
  boss.on('warning', ({ message }) => log.debug({ message }, 'queue warning'));
  await boss.start();
  return boss;
}
