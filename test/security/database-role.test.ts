import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { isEmpty } from '../../src/db/dump.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { submit } from '../../src/queue/submit.ts';
import { dropDatabase, freshDatabase, silent, skipPostgres } from '../databases.ts';
import { aJoke, newRequest } from '../db/samples.ts';

/** The statements of docs/security.md, with this test's names: those before the comment are for the server. */
function statements(role: string, database: string): [server: string[], within: string[]] {
  const page = readFileSync(join(packageRoot, 'docs/security.md'), 'utf8');
  const [, text = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? [];
  const named = text
    .replaceAll(/\b(role|to) chispa\b/g, `$1 ${role}`)
    .replaceAll(/\bdatabase chispa\b/g, `database ${database}`);
  const [server = '', within = ''] = named.split(/--.*\n/);
  const each = (part: string) =>
    part
      .split(';')
      .map((one) => one.trim())
      .filter(Boolean);
  return [each(server).filter((one) => !one.startsWith('create database')), each(within)];
}

async function run(url: string, lines: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const line of lines) await client.query(line);
  } finally {
    await client.end();
  }
}

describe.skipIf(skipPostgres)('the database role of docs/security.md', () => {
  it('can do everything that Chispa does, and nothing more', async () => {
    const admin = await freshDatabase();
    const database = new URL(admin).pathname.slice(1);
    const role = `chispa_role_${randomUUID().slice(0, 8)}`;
    onTestFinished(async () => {
      await dropDatabase(admin);
      const server = new URL(admin);
      server.pathname = '/postgres';
      await run(server.href, [`drop role ${role}`]);
    });
    const [server, within] = statements(role, database);
    expect([server.length, within.length]).toEqual([3, 2]);
    await run(admin, [...server, ...within]);

    const url = new URL(admin);
    url.username = role;
    url.password = 'CHANGE ME';
    const store = await connect({ databaseUrl: url.href, dataDir: '', log: silent });
    onTestFinished(store.close);
    const queue = await createQueue({ store, log: silent });
    onTestFinished(queue.close);
    await aJoke(store.db);
    await submit({ store, queue }, newRequest({ userId: '301' }));
    expect(await isEmpty(store.db)).toBe(false);

    for (const forbidden of [
      'create role another',
      'create database another',
      'select * from pg_authid',
      "copy (select 1) to program 'true'",
      "select pg_read_file('/etc/passwd')",
    ])
      await expect(run(url.href, [forbidden]), forbidden).rejects.toMatchObject({ code: '42501' });
  });
});
