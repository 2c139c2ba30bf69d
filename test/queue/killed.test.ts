import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { freshDataDir, silent } from '../databases.ts';
import { onPostgres } from '../db/backends.ts';
import { startProgram } from '../db/programs.ts';
import { collect, never } from './collect.ts';

const program = new URL('./children/generateForever.ts', import.meta.url);
/** Processes start slowly on a busy machine. */
const SLOW = { timeout: 120_000 };

/** Kills a program while it generates, and returns the request that it was working on. */
async function killWhileGenerating(where: { dataDir: string; databaseUrl?: string }): Promise<string> {
  const child = startProgram(program, [where.dataDir, ...(where.databaseUrl ? [where.databaseUrl] : [])]);
  const [requestId] = await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return requestId;
}

async function poppedAtNextStart(store: Store): Promise<string[]> {
  const queue = await createQueue({ store, log: silent });
  const popped = collect();
  await queue.consume({ slots: 8, handle: popped.handle, ...never });
  await popped.reach(1, 60_000);
  await queue.close();
  return popped.ids();
}

describe('a job that was running when the program was killed', () => {
  it('runs again when PGlite is opened next', SLOW, async () => {
    const dataDir = freshDataDir();
    const requestId = await killWhileGenerating({ dataDir });
    const store = await connect({ dataDir, log: silent });
    expect(await poppedAtNextStart(store)).toEqual([requestId]);
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  onPostgres((backend) => {
    it('runs again on another generator once it misses its heartbeat', SLOW, async () => {
      const { store, where } = backend();
      const requestId = await killWhileGenerating(where);
      // The time without a heartbeat is made to pass at once, but its detection is real.
      await store.db.execute(sql`update pgboss.job set heartbeat_on = now() - interval '1 minute'`);
      expect(await poppedAtNextStart(store)).toEqual([requestId]);
    });
  });
});
