import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { newestMigration } from '../../src/db/migrations.ts';
import { pgliteFolder } from '../../src/db/pglite.ts';
import { rate, tallyOf } from '../../src/db/ratings.ts';
import * as schema from '../../src/db/schema.ts';
import { settingsOf } from '../../src/db/settings.ts';
import { dropDatabase, freshDatabase, postgresName, silent, skipPostgres } from '../databases.ts';
import { makeFirstVersion, makeFirstVersionIn } from './first-migration.ts';
import { aJoke } from './samples.ts';

async function oldFolder() {
  const dataDir = mkdtempSync(join(tmpdir(), 'chispa-old-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  await makeFirstVersionIn(pgliteFolder(dataDir));
  return { dataDir };
}

async function oldServer() {
  const databaseUrl = await freshDatabase();
  onTestFinished(() => dropDatabase(databaseUrl));
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await makeFirstVersion(drizzle(client, { schema, casing: 'snake_case' }));
  await client.end();
  return { databaseUrl, dataDir: '' };
}

describe.each([
  ['PGlite', oldFolder, false],
  [postgresName, oldServer, skipPostgres],
] as const)('a database of the first version, on %s', (_name, make, skip) => {
  it.skipIf(skip)('comes up to date with what is in it, and works on', async () => {
    const where = await make();
    const { db, close } = await connect({ ...where, log: silent });
    const settings = await settingsOf(db, '100');
    expect(settings).toMatchObject({ safeMode: false, cooldownSeconds: 30, modelVersionId: 2 });
    expect(settings).toMatchObject({ daily: { time: '09:00' }, newShare: null, voice: false });
    expect(await tallyOf(db, 'AAAA')).toMatchObject({ counts: [1, 0, 0, 0, 1] });
    await rate(db, { jokeId: 'AAAA', voter: 'voter three', score: 4 });
    expect((await tallyOf(db, 'AAAA')).counts).toEqual([1, 0, 0, 1, 1]);
    expect(await db.query.trainingRuns.findMany()).toMatchObject([{ status: 'promoted', attempts: 0 }]);
    expect(await db.query.requests.findMany()).toMatchObject([{ newOnly: false, safeMode: true }]);
    await aJoke(db);
    expect(await db.$count(schema.jokes)).toBe(2);
    await close();

    const again = await connect({ ...where, log: silent });
    onTestFinished(again.close);
    expect(await again.db.$count(schema.jokes)).toBe(2);
    expect(newestMigration()).toBeGreaterThan(1_795_408_815_264);
  });
});
