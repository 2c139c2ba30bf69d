import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { asAdmin, dropStaleDatabases, SERVER, skipPostgres } from '../databases.ts';

it.skipIf(skipPostgres)('old databases of killed tests are dropped, unless somebody uses them', async () => {
  const prefix = `chispa_stale_${process.pid}_`;
  const [left, used] = [`${prefix}left`, `${prefix}used`];
  for (const name of [left, used]) {
    await asAdmin(`create database ${name}`);
    onTestFinished(() => asAdmin(`drop database if exists ${name} with (force)`));
  }
  const url = new URL(SERVER);
  url.pathname = `/${used}`;
  const user = new pg.Client({ connectionString: url.href });
  await user.connect();
  onTestFinished(() => user.end());
  const remaining = async () => {
    const admin = new pg.Client({ connectionString: SERVER });
    await admin.connect();
    const { rows } = await admin.query('select datname from pg_database where starts_with(datname, $1)', [
      prefix,
    ]);
    await admin.end();
    return rows.map(({ datname }) => datname).sort();
  };

  await dropStaleDatabases({ prefix, hours: 1 });
  expect(await remaining()).toEqual([left, used]);
  await dropStaleDatabases({ prefix, hours: 0 });
  expect(await remaining()).toEqual([used]);
});
