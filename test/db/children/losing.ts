import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { connect } from '../../../src/db/connect.ts';

// Loses a transaction's connection a hundred times, between two queries and during one, then reports that it is alive.
const [databaseUrl = ''] = process.argv.slice(2);
const store = await connect({ dataDir: '.', databaseUrl, log: pino({ level: 'silent' }) });
for (let i = 0; i < 100; i++) {
  await store.db
    .transaction(async (tx) => {
      const { rows } = (await tx.execute(sql`select pg_backend_pid() as pid`)) as unknown as {
        rows: { pid: number }[];
      };
      const pid = rows[0]?.pid;
      if (i % 2 === 0) {
        await store.db.execute(sql`select pg_terminate_backend(${pid}, 5000)`);
        if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
      } else {
        await Promise.all([
          tx.execute(sql`select pg_sleep(1)`),
          store.db.execute(sql`select pg_terminate_backend(${pid})`),
        ]);
      }
      await tx.execute(sql`select 1`);
    })
    .then(
      () => process.send?.('a transaction outlived its connection'),
      () => {}, // expected
    );
}
await store.db.execute(sql`select 1`);
await store.close();
process.send?.('alive');
process.disconnect();
