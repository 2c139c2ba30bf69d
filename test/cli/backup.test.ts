import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { writeArchive } from '../../src/cli/backup/archive.ts';
import { connect, type Database, type Store } from '../../src/db/connect.ts';
import { importEntries } from '../../src/db/corpus.ts';
import { dumpRows } from '../../src/db/dump.ts';
import { activateModel, ensureModelVersion } from '../../src/db/models.ts';
import { promoteVoice } from '../../src/db/promotion.ts';
import { rate } from '../../src/db/ratings.ts';
import * as schema from '../../src/db/schema.ts';
import { guildVoices, learningState, modelVersions, requests, trainingRuns } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { claimToken } from '../../src/db/token-lease.ts';
import { beginRun } from '../../src/db/training-runs.ts';
import { createVoter, ownSecretIn } from '../../src/db/voter.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent, skipPostgres } from '../databases.ts';
import { makeFirstVersion } from '../db/first-migration.ts';
import { aJoke, insert } from '../db/samples.ts';
import { runCommand } from './run-command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chispa-backup-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A new place to restore into: an embedded database that is empty, and an empty MODELS_DIR. */
function elsewhere(env: Record<string, string> = {}) {
  const dataDir = freshDataDir();
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const modelsDir = mkdtempSync(join(scratch, 'models-'));
  const all = {
    DATA_DIR: dataDir,
    MODELS_DIR: modelsDir,
    DATABASE_URL: '',
    VOTER_SECRET: '',
    MODEL: '',
    ...env,
  };
  return { dataDir, modelsDir, chispa: (...args: string[]) => runCommand(args, all) };
}

/** Every row of every table as text, except what is different in each installation. */
async function rowsOf(db: Database): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  await dumpRows(
    db,
    async () => {},
    async ({ table, rows }) => {
      all.set(table, [...(all.get(table) ?? []), ...rows].sort());
    },
  );
  return all;
}

/** The rows, with the models' folders as the restored installation has them. */
const moved = (rows: Map<string, string[]>, from: string, to: string) =>
  new Map(
    [...rows].map(([table, lines]) => [table, lines.map((line) => line.replaceAll(`"${from}/`, `"${to}/`))]),
  );

let dataDir: string;
let modelsDir: string;
let store: Store;
let file: string;
let said: Record<string, unknown>;

async function modelFolder(path: string, files: Record<string, string>): Promise<string> {
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  await mkdir(join(path, '.cache'));
  await writeFile(join(path, '.cache', 'q8'), 'can be remade');
  return path;
}

beforeAll(async () => {
  dataDir = freshDataDir();
  modelsDir = mkdtempSync(join(scratch, 'models-'));
  store = await connect({ dataDir, log: silent });
  const { db } = store;
  createVoter({ dataDir });
  const joke = await aJoke(db, { request: { guildId: '100' }, joke: { text: '"Cómo\\te" \t¿¡\u{1f600}!' } });
  await db.update(modelVersions).set({ folder: bundledModelPath });
  for (const [voter, score] of [
    ['a', 1],
    ['b', 5],
  ] as const)
    await rate(db, { jokeId: joke.id, voter, score });
  await changeSettings(db, '100', '300', { cooldownSeconds: 9 });
  await importEntries(db, [
    {
      hash: 'h',
      text: 'a, "b"\n\\c',
      source: 's',
      licence: 'CC0-1.0',
      keywords: ['x,y', '"'],
      rating: 1 / 3,
      flags: [],
    },
  ]);
  await db.insert(learningState).values({ paused: true });
  const trained = await modelFolder(join(modelsDir, 'mini-es-2'), {
    'chispa.json': '{"a": 1}',
    'model.safetensors': 'x'.repeat(3_000_000),
  });
  const row = { base: 'mini-es', files: {} };
  const version = await ensureModelVersion(db, {
    ...row,
    name: 'mini-es-2',
    folder: trained,
    sha256: 'b'.repeat(64),
    kind: 'trained',
  });
  await activateModel(db, version.id);
  const imported = await modelFolder(join(modelsDir, 'big'), { 'chispa.json': '{}' });
  await ensureModelVersion(db, {
    ...row,
    name: 'big',
    folder: imported,
    sha256: 'c'.repeat(64),
    kind: 'imported',
  });
  const voice = await beginRun(db, {
    baseVersionId: version.id,
    guildId: '100',
    trigger: 'votes',
    settings: {},
    votesSeen: 1,
    owner: 'me',
  });
  const folder = await modelFolder(join(modelsDir, '.voices', '100-1'), {
    'adapter_config.json': '{}',
    'adapter_model.safetensors': 'voice',
  });
  await promoteVoice(db, voice, { guildId: '100', folder, sha256: 'd', evaluation: {} } as never);
  file = join(scratch, 'chispa.tar.gz');
  // While the database is open here: the command borrows it.
  const env = { DATA_DIR: dataDir, MODELS_DIR: modelsDir, DATABASE_URL: '', VOTER_SECRET: '' };
  const { stdout, stderr, error } = await runCommand(['backup', file, '--json'], env);
  if (error) throw error;
  said = { ...JSON.parse(stdout), stderr };
});
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

describe('chispa backup', () => {
  it('saves everything while the database is in use, in a file for its owner only', () => {
    expect(said).toMatchObject({ file, models: ['mini-es-2', 'voice of 100'], missing: ['big'] });
    expect(said.stderr).toContain('models 100%');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const plain = gunzipSync(readFileSync(file)).toString('latin1');
    expect(plain).not.toContain('can be remade');
    expect(plain).not.toContain('a token');
  });

  it('can be opened and checked with ordinary tools', async () => {
    const folder = mkdtempSync(join(scratch, 'open-'));
    const { execFileSync } = await import('node:child_process');
    execFileSync('tar', ['-xzf', file], { cwd: folder });
    execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: folder });
    expect(readFileSync(join(folder, 'voter-secret'), 'utf8')).toBe(ownSecretIn(dataDir));
  });

  it('does not overwrite a file, nor save what does not exist', async () => {
    const { chispa, dataDir: other } = elsewhere();
    expect((await chispa('backup', file)).error).toMatchObject({ code: 'file-exists' });
    rmSync(join(other, 'db'), { recursive: true });
    expect((await chispa('backup', join(scratch, 'backup.zip'))).error?.message).toMatch(
      /gzipped tar archive: choose a name that ends in \.tar\.gz, not .*backup\.zip/,
    );
    expect((await chispa('backup', join(scratch, 'none.tar.gz'))).error).toMatchObject({
      code: 'nothing-to-back-up',
    });
    expect(existsSync(join(scratch, 'none.tar.gz'))).toBe(false);
  });
});

describe('chispa restore', () => {
  it('brings back every row, the secret, the models and the voices', async () => {
    const there = elsewhere();
    const { stdout, error } = await there.chispa('restore', file);
    expect(error).toBeUndefined();
    expect(stdout).toMatch(
      /^Restored the backup of .*: \d+ rows, 2 model and voice folders\.\nbig is not in /,
    );
    const restored = await connect({ dataDir: there.dataDir, log: silent });
    onTestFinished(restored.close);
    const before = await rowsOf(store.db);
    expect([...before.keys()].length).toBeGreaterThan(8);
    expect(await rowsOf(restored.db)).toEqual(moved(before, modelsDir, there.modelsDir));
    expect(ownSecretIn(there.dataDir)).toBe(ownSecretIn(dataDir));
    expect(statSync(join(there.modelsDir, 'mini-es-2', 'model.safetensors')).size).toBe(3_000_000);
    expect(readFileSync(join(there.modelsDir, '.voices/100-1/adapter_model.safetensors'), 'utf8')).toBe(
      'voice',
    );
    // The next rows get ids of their own.
    await aJoke(restored.db);
    await changeSettings(restored.db, '100', '300', { cooldownSeconds: 10 });
    await ensureModelVersion(restored.db, {
      name: 'new',
      folder: '/new',
      sha256: 'e'.repeat(64),
      files: {},
      kind: 'imported',
    });
    expect(await restored.db.$count(guildVoices)).toBe(1);
  });

  it.skipIf(skipPostgres)('moves from PGlite to PostgreSQL and back', { timeout: 120_000 }, async () => {
    const databaseUrl = await freshDatabase();
    onTestFinished(() => dropDatabase(databaseUrl));
    const server = { DATABASE_URL: databaseUrl, VOTER_SECRET: ownSecretIn(dataDir) ?? '' };
    const there = elsewhere(server);
    expect((await there.chispa('restore', file)).error).toBeUndefined();
    const restored = await connect({ databaseUrl, dataDir: '', log: silent });
    onTestFinished(restored.close);
    const before = await rowsOf(store.db);
    expect(await rowsOf(restored.db)).toEqual(moved(before, modelsDir, there.modelsDir));

    const again = join(scratch, 'from-server.tar.gz');
    expect((await there.chispa('backup', again)).error).toBeUndefined();
    const back = elsewhere();
    expect((await back.chispa('restore', again)).error).toBeUndefined();
    const home = await connect({ dataDir: back.dataDir, log: silent });
    onTestFinished(home.close);
    expect(await rowsOf(home.db)).toEqual(moved(before, modelsDir, back.modelsDir));

    // Another secret would let everybody vote again.
    const other = elsewhere({ ...server, VOTER_SECRET: 'another secret of sixteen' });
    expect((await other.chispa('restore', again, '--overwrite')).error).toMatchObject({
      code: 'other-secret',
    });
    await claimToken(
      restored.db,
      { token: 't', bot: 't', owner: '00000000-0000-4000-8000-000000000000' },
      30,
    );
    expect((await there.chispa('restore', again, '--overwrite')).error).toMatchObject({
      code: 'bot-running',
    });
  });

  it('replaces what is there only when told, and all of it', async () => {
    const there = elsewhere();
    const own = await connect({ dataDir: there.dataDir, log: silent });
    await aJoke(own.db);
    const before = await rowsOf(own.db);
    await own.close();
    await modelFolder(join(there.modelsDir, 'mini-es-2'), { 'chispa.json': '{"another": 1}' });
    expect((await there.chispa('restore', file)).error).toMatchObject({ code: 'model-exists' });
    rmSync(join(there.modelsDir, 'mini-es-2'), { recursive: true });
    expect((await there.chispa('restore', file)).error).toMatchObject({ code: 'database-not-empty' });
    const untouched = await connect({ dataDir: there.dataDir, log: silent });
    expect(await rowsOf(untouched.db)).toEqual(before);
    await untouched.close();
    expect(existsSync(join(there.modelsDir, 'mini-es-2'))).toBe(false);

    expect((await there.chispa('restore', file, '--overwrite')).error).toBeUndefined();
    const replaced = await connect({ dataDir: there.dataDir, log: silent });
    onTestFinished(replaced.close);
    expect(await rowsOf(replaced.db)).toEqual(moved(await rowsOf(store.db), modelsDir, there.modelsDir));
  });

  it('changes nothing when the file is damaged, cut off, foreign or missing', async () => {
    const there = elsewhere();
    const whole = readFileSync(file);
    const plain = gunzipSync(whole);
    const flipped = Buffer.from(plain);
    flipped[plain.indexOf('"text":') + 10] = 'Z'.charCodeAt(0);
    const broken: [string, Buffer | undefined, string][] = [
      ['flipped', gzipSync(flipped), 'archive-damaged'],
      ['cut', whole.subarray(0, whole.length - 2000), 'archive-damaged'],
      ['cut-inside', gzipSync(plain.subarray(0, plain.length - 2048)), 'archive-damaged'],
      ['text', Buffer.from('a text'), 'not-a-backup'],
      ['foreign', gzipSync(plain.subarray(plain.indexOf('voter-secret'))), 'not-a-backup'],
      ['empty', gzipSync(Buffer.alloc(1024)), 'archive-damaged'],
      ['missing', undefined, 'backup-missing'],
    ];
    for (const [name, content, code] of broken) {
      const path = join(scratch, name);
      if (content) writeFileSync(path, content);
      const { error } = await there.chispa('restore', path);
      expect([name, (error as { code?: string } | undefined)?.code]).toEqual([name, code]);
    }
    const { db, close } = await connect({ dataDir: there.dataDir, log: silent });
    onTestFinished(close);
    expect(await db.$count(requests)).toBe(0);
    expect(ownSecretIn(there.dataDir)).toBeUndefined();
  });

  it('ends what was under way, and does not wait for it', async () => {
    const there = elsewhere();
    const source = await connect({ dataDir: there.dataDir, log: silent });
    const { id } = await insert(source.db);
    const path = join(scratch, 'open.tar.gz');
    expect((await there.chispa('backup', path)).error).toBeUndefined();
    await source.close();
    expect((await there.chispa('restore', path, '--overwrite')).error).toBeUndefined();
    const { db, close } = await connect({ dataDir: there.dataDir, log: silent });
    onTestFinished(close);
    const [row] = await db.select().from(requests).where(eq(requests.id, id));
    expect(row).toMatchObject({ status: 'expired', note: expect.stringContaining('backup') });
    expect(await db.$count(trainingRuns, eq(trainingRuns.status, 'running'))).toBe(0);
  });

  it('brings a backup of the first version up to date, and refuses one of a later version', async () => {
    const pglite = await PGlite.create();
    const old = drizzle(pglite, { schema, casing: 'snake_case' });
    await makeFirstVersion(old);
    const save = async (name: string, change: object) => {
      const parts: Buffer[] = [];
      const archive = writeArchive(async (bytes) => void parts.push(bytes));
      const description = {
        format: 1,
        version: '0.1.0',
        created: new Date().toISOString(),
        modelsDir: '/old/models',
      };
      let part = 0;
      await dumpRows(
        old,
        (dump) => archive.add('backup.json', JSON.stringify({ ...description, ...dump, ...change })),
        ({ table, rows }) => archive.add(`database/${table}.${part++}.jsonl`, rows.join('\n')),
      );
      await archive.finish();
      writeFileSync(join(scratch, name), gzipSync(Buffer.concat(parts)));
      return join(scratch, name);
    };
    const there = elsewhere();
    expect((await there.chispa('restore', await save('later', { migration: 9e15 }))).error).toMatchObject({
      code: 'newer-version',
    });
    expect((await there.chispa('restore', await save('later', { format: 2 }))).error).toMatchObject({
      code: 'newer-version',
    });
    const { error, stdout } = await there.chispa('restore', await save('first', {}));
    expect(error).toBeUndefined();
    expect(stdout).toContain('mini-es-2 is not in');
    await pglite.close();
    const { db, close } = await connect({ dataDir: there.dataDir, log: silent });
    onTestFinished(close);
    expect(await db.query.jokes.findMany()).toMatchObject([{ id: 'AAAA', guildId: '100', houseId: null }]);
    expect(await db.query.modelVersions.findMany()).toMatchObject([
      { folder: bundledModelPath },
      { folder: join(there.modelsDir, 'mini-es-2') },
    ]);
    expect(await db.query.requests.findMany()).toMatchObject([{ status: 'expired', interactionToken: null }]);
  });
});
