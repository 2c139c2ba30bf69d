import { inArray, sql } from 'drizzle-orm';
import type { PoolClient } from 'pg';
import { describe, expect, it } from 'vitest';
import { requests } from '../../src/db/schema.ts';
import { onPostgres } from './backends.ts';
import { insert } from './samples.ts';

describe('queries that are asked again and again', () => {
  onPostgres((backend) => {
    const pool = () => {
      const { store } = backend();
      if (store.kind !== 'postgres') throw new Error('not on a server');
      return store.pool;
    };
    const preparedOn = async (connection: PoolClient, like: string): Promise<string[]> => {
      const query = `select statement from pg_prepared_statements where statement like '${like}'`;
      return (await connection.query<{ statement: string }>(query)).rows.map(({ statement }) => statement);
    };
    const onOneConnection = async (work: (connection: PoolClient) => Promise<void>) => {
      const connection = await pool().connect();
      try {
        await work(connection);
      } finally {
        connection.release();
      }
    };

    it('are prepared once on a connection, and answer as before', async () => {
      await onOneConnection(async (connection) => {
        for (let n = 0; n < 20; n++) {
          const { rows } = await connection.query('select $1::int + 1 as next', [n]);
          expect(rows).toEqual([{ next: n + 1 }]);
        }
        await connection.query('select $1::int + 2 as rare', [1]);
        expect(await preparedOn(connection, 'select $1::int%')).toEqual(['select $1::int + 1 as next']);
      });
    });

    it('answer as before on a table that has got another column', async () => {
      const { db } = backend().store;
      const { id } = await insert(db, { userId: '1' });
      const ask = async () =>
        (
          await db
            .select()
            .from(requests)
            .where(inArray(requests.id, [id]))
        ).length;
      for (let i = 0; i < 10; i++) expect(await ask()).toBe(1);
      await db.execute(sql`alter table requests add column of_a_newer_version integer`);
      expect(await ask()).toBe(1);
      await db.execute(sql`alter table requests drop column of_a_newer_version`);
      expect(await ask()).toBe(1);
    });

    it('are few: each length of a list is another text', async () => {
      await onOneConnection(async (connection) => {
        for (let length = 1; length <= 300; length++) {
          const values = Array.from({ length }, (_, i) => i);
          const list = values.map((i) => `$${i + 1}`).join(', ');
          for (let time = 0; time < 6; time++)
            await connection.query(`select 1 as one where 1 in (${list})`, values);
        }
        expect((await preparedOn(connection, '%')).length).toBeLessThanOrEqual(200);
      });
    });
  });
});
