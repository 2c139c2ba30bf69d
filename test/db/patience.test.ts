import { eq, sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { patientDatabase } from '../../src/db/outage.ts';
import { learningState } from '../../src/db/schema.ts';
import { silent } from '../databases.ts';
import { aProxy } from '../proxy.ts';
import { onPostgres } from './backends.ts';

describe('a patient handle', () => {
  onPostgres((backend) => {
    /** A handle whose path to the database is cut. `waiting` resolves once a query waits for the database. */
    async function cutOff({ timeoutMs = 60_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}) {
      const { where } = backend();
      const proxy = await aProxy(new URL(where.databaseUrl ?? ''));
      const store = await connect({ databaseUrl: proxy.url, dataDir: where.dataDir, log: silent });
      onTestFinished(() => store.close());
      let outages = 0;
      const db = patientDatabase(store.db, { timeoutMs, signal, onOutage: () => outages++ });
      await proxy.cut();
      const waiting = () => expect.poll(() => outages, { timeout: 20_000 }).toBeGreaterThan(0);
      return { db, proxy, waiting, outages: () => outages };
    }

    it('runs its queries once the database is back, and says only once that it is waiting', async () => {
      const { db, proxy, waiting, outages } = await cutOff();
      const written = db.insert(learningState).values({ paused: true }).returning().execute();
      const counted = written.then(() => db.$count(learningState, eq(learningState.paused, true)));
      await waiting();
      await proxy.restore();
      expect(await written).toMatchObject([{ paused: true }]);
      expect(await counted).toBe(1);
      expect(outages()).toBe(1);
    });

    it('repeats a whole transaction that loses its connection halfway', async () => {
      const { db, proxy } = await cutOff();
      await proxy.restore();
      let tries = 0;
      await db.transaction(async (tx) => {
        tries++;
        await tx.insert(learningState).values({ paused: true });
        if (tries === 1) proxy.reset();
        await tx.update(learningState).set({ paused: sql`not paused` });
      });
      expect(tries).toBe(2);
      expect(await db.select({ paused: learningState.paused }).from(learningState)).toEqual([
        { paused: false },
      ]);
    });

    it('does not wait for refused queries, beyond its time limit, or once it is told to stop', async () => {
      const stop = new AbortController();
      const { db, proxy, waiting, outages } = await cutOff({ signal: stop.signal });
      const given = db.select().from(learningState).execute();
      const rejected = expect(given).rejects.toThrow();
      await waiting();
      stop.abort();
      await rejected;
      await proxy.restore();
      const before = outages();
      await expect(db.execute(sql`select * from no_such_table`)).rejects.toThrow();
      expect(outages()).toBe(before);
      const hasty = await cutOff({ timeoutMs: 0 });
      await expect(hasty.db.select().from(learningState)).rejects.toThrow();
    });
  });
});
