import { fromPglite, PgBoss } from 'pg-boss';
import type { Store } from '../db/connect.ts';
import type { Logger } from '../lib/log.ts';

/** A generator that says nothing for this long is taken for dead, and its jobs run again. pg-boss allows no less. */
export const HEARTBEAT_SECONDS = 10;

/** pg-boss over the store's own connections. `schedule`: send the jobs that are due by the clock. */
export async function startBoss(store: Store, log: Logger, schedule: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    ...(store.kind === 'pglite'
      ? { db: fromPglite(store.pglite), backend: 'pglite' as const }
      : { db: { executeSql: (text: string, values?: unknown[]) => store.pool.query(text, values) } }),
    // How often a dead generator's jobs are looked for.
    superviseIntervalSeconds: HEARTBEAT_SECONDS / 2,
    monitorIntervalSeconds: HEARTBEAT_SECONDS / 2,
    schedule,
    registerInstance: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => log.error({ error: error.message }, 'queue trouble'));
  boss.on('warning', ({ message }) => log.debug({ message }, 'queue warning'));
  await boss.start();
  return boss;
}
