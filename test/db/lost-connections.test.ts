import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { isOutage } from '../../src/db/outage.ts';
import { silent } from '../databases.ts';
import { aProxy } from '../proxy.ts';
import { onPostgres } from './backends.ts';
import { startProgram } from './programs.ts';
import { insert } from './samples.ts';

/** An uncaught error anywhere fails the whole file, whatever the tests say. */
const SLOW = { timeout: 120_000 };

describe('PostgreSQL connections that are lost', () => {
  onPostgres((backend) => {
    /** The same database through a proxy that can break, and sixteen writers that never stop. */
    async function underLoad() {
      const { where, store: direct } = backend();
      const proxy = await aProxy(new URL(where.databaseUrl ?? ''));
      const store = await connect({ databaseUrl: proxy.url, dataDir: where.dataDir, log: silent });
      const stopping = new AbortController();
      const failures: unknown[] = [];
      let written = 0;
      const write = async () => {
        while (!stopping.signal.aborted) {
          try {
            await insert(store.db);
            written++;
          } catch (error) {
            failures.push(error);
            await delay(5);
          }
        }
      };
      const writers = Array.from({ length: 16 }, write);
      const stop = async () => {
        stopping.abort();
        await Promise.all(writers);
      };
      onTestFinished(async () => {
        await stop();
        await store.close();
      });
      const more = async (n: number) => {
        const wanted = written + n;
        await expect.poll(() => written, { timeout: 30_000 }).toBeGreaterThan(wanted);
      };
      return { proxy, store, direct, failures, stop, more, written: () => written };
    }

    const rows = async ({ db }: Store): Promise<number> => {
      const { rows } = (await db.execute(sql`select count(*)::int as n from requests`)) as unknown as {
        rows: { n: number }[];
      };
      return rows[0]?.n ?? 0;
    };

    it('fail their own queries and nothing else when the server ends them', SLOW, async () => {
      const { direct, failures, stop, more, written } = await underLoad();
      for (let i = 0; i < 20; i++) {
        await direct.db.execute(sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`);
        await more(10);
      }
      await stop();
      expect(failures.length).toBeGreaterThan(0);
      expect(failures.filter((error) => !isOutage(error))).toEqual([]);
      expect(await rows(direct)).toBeGreaterThanOrEqual(written()); // no confirmed row is missing
    });

    it(
      'fail their own queries and nothing else when the network resets or refuses connections',
      SLOW,
      async () => {
        const { proxy, direct, failures, stop, more, written } = await underLoad();
        for (let i = 0; i < 10; i++) {
          proxy.reset();
          await more(10);
        }
        await proxy.cut();
        const before = failures.length;
        await expect.poll(() => failures.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
        await proxy.restore();
        await more(10);
        await stop();
        expect(failures.filter((error) => !isOutage(error))).toEqual([]);
        expect(await rows(direct)).toBeGreaterThanOrEqual(written());
      },
    );

    it('may be lost in the moment in which they are handed on', SLOW, async () => {
      const { where, store: direct } = backend();
      const proxy = await aProxy(new URL(where.databaseUrl ?? ''));
      const store = await connect({ databaseUrl: proxy.url, dataDir: where.dataDir, log: silent });
      onTestFinished(() => store.close());
      if (store.kind !== 'postgres') throw new Error('not on a server');
      const { pool } = store;
      const open = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
      for (const connection of open) connection.release();

      proxy.hold();
      const answers = open.map(() => pool.query('select 1 as handed_on'));
      const waiting = open.map(() => pool.connect());
      const count = async (query: ReturnType<typeof sql>) =>
        ((await direct.db.execute(query)) as unknown as { rows: unknown[] }).rows.length;
      const answered = () =>
        count(sql`select from pg_stat_activity where state = 'idle' and query like '%as handed_on'
          and datname = current_database()`);
      await expect.poll(answered, { timeout: 30_000 }).toBe(open.length);
      await count(sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
      for (const { rows } of await Promise.all(answers)) expect(rows).toEqual([{ handed_on: 1 }]);
      for (const connection of await Promise.all(waiting)) connection.release();
      expect((await pool.query('select 2 as alive')).rows).toEqual([{ alive: 2 }]);
    });

    it('are given up when the network silently drops everything', SLOW, async () => {
      const { proxy, store, failures, more } = await underLoad();
      let gaps = 0;
      await store.listen(
        'chispa_settings',
        () => {},
        () => gaps++,
      );
      await more(10);
      proxy.freeze();
      await expect.poll(() => failures.length, { timeout: 60_000 }).toBeGreaterThan(0);
      proxy.thaw();
      await more(10);
      await expect.poll(() => gaps, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(failures.filter((error) => !isOutage(error))).toEqual([]);
    });

    it(
      'do not end the process, even if they are lost between two queries of a transaction',
      SLOW,
      async () => {
        const child = startProgram(new URL('./children/losing.ts', import.meta.url), [
          backend().where.databaseUrl ?? '',
        ]);
        const [answer] = await Promise.race([
          once(child, 'message'),
          once(child, 'exit').then(([code]) => [`ended with ${code}`]),
        ]);
        expect(answer).toBe('alive');
      },
    );
  });
});
