import { rmSync } from 'node:fs';
import { appendFile, cp, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createBox } from 'discord-in-a-box';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseFindings } from '../../src/cli/doctor/database.ts';
import { discordFindings } from '../../src/cli/doctor/discord.ts';
import { clockFinding, type Finding } from '../../src/cli/doctor/finding.ts';
import { diskFinding, fontFinding, nodeFinding, onnxruntimeFinding } from '../../src/cli/doctor/machine.ts';
import { memoryFinding, serverFinding } from '../../src/cli/doctor/models.ts';
import { loadConfig } from '../../src/config.ts';
import { connect } from '../../src/db/connect.ts';
import { pgliteFolder } from '../../src/db/pglite.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent, skipPostgres } from '../databases.ts';
import { makeFirstVersionIn } from '../db/first-migration.ts';
import { completionsServer } from '../engine/completions-server.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { runCommand } from './run-command.ts';

const config = loadConfig({}, 'none');
const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZsdTestZsdTestZsdTestZsdTest';

/** A finding's line in short: `what: state`. */
const short = (findings: readonly Finding[]) => findings.map(({ what, state }) => `${what}: ${state}`);

/** A Discord that answers these five questions, by path. */
async function discord(answers: Record<string, unknown>, headers: Record<string, string> = {}) {
  const good: Record<string, unknown> = {
    '/users/@me': { username: 'Chispa' },
    '/applications/@me': { integration_types_config: { 0: {}, 1: {} } },
    '/gateway/bot': { shards: 1, session_start_limit: { remaining: 900, reset_after: 3_600_000 } },
    '/users/@me/guilds': [{ id: '1', name: 'Casa', permissions: '52224' }],
  };
  const server = createServer(({ url = '' }, response) => {
    const path = url.replace('/api/v10', '').replace('/oauth2', '');
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ ...good, ...answers }[path] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  server.unref();
  const { port } = server.address() as AddressInfo;
  return discordFindings({ ...config, discordToken: TOKEN, discordApi: `http://127.0.0.1:${port}/api` });
}

describe('chispa doctor', () => {
  it('finds nothing wrong with a good installation, but for the missing token', async () => {
    const dataDir = freshDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const env = { DATA_DIR: dataDir, DATABASE_URL: '', DISCORD_TOKEN: '', MODEL: '' };
    const { stdout, error } = await runCommand(['doctor', '--json'], env);
    expect(error).toBeUndefined();
    const found: Finding[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found.filter(({ state }) => state === 'error')).toEqual([]);
    const names = found.map(({ what }) => what);
    for (const what of [
      'Node.js',
      'onnxruntime',
      'memory',
      'disk (DATA_DIR)',
      'database',
      'model mini-es',
      'fonts',
      'Discord',
    ])
      expect(names).toContain(what);
    for (const { state, advice } of found) expect(advice === undefined).toBe(state === 'ok');
  });

  it('looks at a database that a running bot holds, and prints what to do about a damaged model', async () => {
    const dataDir = freshDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const store = await connect({ dataDir, log: silent });
    onTestFinished(store.close);
    const models = await temporaryFolder();
    await cp(bundledModelPath, join(models, 'mine'), { recursive: true });
    await appendFile(join(models, 'mine', 'tokenizer.json'), ' ');
    const env = { DATA_DIR: dataDir, DATABASE_URL: '', DISCORD_TOKEN: '', MODELS_DIR: models, MODEL: 'mine' };
    const { stdout, error } = await runCommand(['doctor'], env);
    expect(stdout).toContain('in use by a bot that answers');
    expect(stdout).toMatch(/ERROR {4}model mine: tokenizer\.json is changed\n +→ import it again/);
    expect(error).toMatchObject({ code: 'unwell', message: expect.stringContaining('1 thing must') });
  });

  it('says which variable is wrong', async () => {
    const { stdout, error } = await runCommand(['doctor'], { SLOTS: 'many' });
    expect(stdout).toMatch(/ERROR {4}configuration: SLOTS is wrong/);
    expect(error).toBeDefined();
  });
});

describe('the machine', () => {
  it('has a Node.js that is new enough', () => {
    expect(
      ['v18.20.0', 'v20.18.1', 'v20.19.0', 'v22.12.0', 'v24.1.0'].map((v) => nodeFinding(v).state),
    ).toEqual(['error', 'error', 'warning', 'ok', 'ok']);
  });

  it('has the provider that is asked for', () => {
    for (const provider of [config.provider, 'cpu'] as const)
      expect(onnxruntimeFinding({ provider }).state).toBe('ok');
    const cuda = onnxruntimeFinding({ provider: 'cuda' }, [
      { name: 'cpu', bundled: true },
      { name: 'cuda', bundled: false },
    ]);
    expect(cuda).toMatchObject({ state: 'warning', advice: expect.stringContaining('cuda12') });
  });

  it('has memory for the models that may be loaded', async () => {
    const sizes = [1e6, 200e6, 100e9];
    const states = await Promise.all(sizes.map((size) => memoryFinding(bundledModelPath, config, size)));
    expect(states.map(({ state }) => state)).toEqual(['error', 'warning', 'ok']);
    const half = await memoryFinding(bundledModelPath, { ...config, precision: 'fp16' }, 1e6);
    expect(half.state).toBe('error');
  });

  it('has a server with the model that ENGINE and MODEL name', async () => {
    const { url } = await completionsServer([]);
    const found = (model?: string) => serverFinding({ url, key: undefined, patience: 1000, model });
    expect(await found()).toMatchObject({ state: 'ok', what: `engine ${url}` });
    expect(await found('other')).toMatchObject({
      state: 'error',
      found: expect.stringContaining('owner/model'),
    });
  });

  it('has room on its disks', async () => {
    const free = (bytes: number) => (async () => ({ bavail: bytes / 4096, bsize: 4096 })) as never;
    const folder = join(await temporaryFolder(), 'not', 'there', 'yet');
    const states = await Promise.all(
      [0, 500e6, 50e9].map((bytes) => diskFinding('DATA_DIR', folder, free(bytes))),
    );
    expect(states.map(({ state }) => state)).toEqual(['error', 'warning', 'ok']);
    expect((await diskFinding('DATA_DIR', folder)).found).toContain('free at');
  });

  it('has the font of the charts', async () => {
    expect((await fontFinding()).state).toBe('ok');
    expect(await fontFinding('/nowhere.ttf')).toMatchObject({ state: 'error' });
    expect(await fontFinding(import.meta.filename)).toMatchObject({ state: 'error', found: /damaged/ });
  });

  it('has a clock that agrees with others', () => {
    expect([0, 20_000, -120_000].map((ms) => clockFinding("Discord's", ms).state)).toEqual([
      'ok',
      'ok',
      'warning',
    ]);
    expect(clockFinding("Discord's", -120_000).found).toBe("this machine is 120 s behind Discord's");
  });
});

describe('Discord', () => {
  it('accepts the token, lets people add the bot, and gives it its permissions', async () => {
    expect(short(await discord({}))).toEqual([
      'Discord token: ok',
      'Discord intents: ok',
      'Discord installation: ok',
      'Discord gateway: ok',
      'Discord permissions: ok',
      "clock (Discord's): ok",
    ]);
  });

  it('refuses a bad token', async () => {
    const box = await createBox({ port: 0 });
    onTestFinished(() => box.close());
    const bad = await discordFindings({ ...config, discordToken: TOKEN, discordApi: box.api });
    expect(bad[0]).toMatchObject({
      state: 'error',
      found: 'Discord refuses it',
      advice: expect.stringContaining('Reset Token'),
    });
    const good = await discordFindings({ ...config, discordToken: box.token, discordApi: box.api });
    expect(good.filter(({ state }) => state === 'error')).toEqual([]);
    expect(good[0]?.state).toBe('ok');
  });

  it('is not there', async () => {
    const found = await discordFindings({
      ...config,
      discordToken: TOKEN,
      discordApi: 'http://127.0.0.1:1/api',
    });
    expect(found).toMatchObject([{ what: 'Discord', state: 'error', found: /cannot be reached/ }]);
  });

  it.each([
    [
      'a permission is missing',
      { '/users/@me/guilds': [{ id: '1', name: 'Casa', permissions: '19456' }] },
      /Casa \(1\) lacks AttachFiles/,
    ],
    ['it is in no server', { '/users/@me/guilds': [] }, /in no server/],
    ['nobody can add it', { '/applications/@me': { integration_types_config: {} } }, /nobody can add/],
    [
      'it connected too often',
      { '/gateway/bot': { shards: 2, session_start_limit: { remaining: 1, reset_after: 7_000_000 } } },
      /1 connections left/,
    ],
  ])('tells that %s', async (_what, answers, found) => {
    const wrong = (await discord(answers)).filter(({ state }) => state !== 'ok');
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.found).toMatch(found);
    expect(wrong[0]?.advice).toBeTruthy();
  });

  it('shows that the clock is wrong', async () => {
    const found = await discord({}, { date: new Date(Date.now() + 600_000).toUTCString() });
    expect(found.at(-1)).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/s behind Discord's/),
    });
  });
});

describe('the database', () => {
  it('may be from an older version, and is not changed by looking at it', async () => {
    const dataDir = await temporaryFolder();
    await makeFirstVersionIn(pgliteFolder(dataDir));
    for (let look = 0; look < 2; look++)
      expect(await databaseFindings({ ...config, dataDir }, silent)).toMatchObject([
        {
          state: 'warning',
          found: expect.stringContaining('older version'),
          advice: expect.stringContaining('backup'),
        },
      ]);
  });

  it('may not be there yet, or be broken', async () => {
    const dataDir = await temporaryFolder();
    expect(short(await databaseFindings({ ...config, dataDir }, silent))).toEqual(['database: ok']);
    await mkdir(pgliteFolder(dataDir));
    await appendFile(join(pgliteFolder(dataDir), 'PG_VERSION'), 'nonsense');
    expect(short(await databaseFindings({ ...config, dataDir }, silent))).toEqual(['database: error']);
  });

  it('may be out of reach', async () => {
    const databaseUrl = 'postgres://u:p@127.0.0.1:1/chispa';
    const [found] = await databaseFindings({ ...config, databaseUrl }, silent);
    expect(found).toMatchObject({ state: 'error', advice: expect.stringContaining('DATABASE_URL') });
  });

  it.skipIf(skipPostgres)('may be a server', async () => {
    const databaseUrl = await freshDatabase();
    onTestFinished(() => dropDatabase(databaseUrl));
    const look = async () => short(await databaseFindings({ ...config, databaseUrl }, silent));
    const good = ['database: ok', 'database sessions: ok', 'database TLS: ok', "clock (the database's): ok"];
    expect(await look()).toEqual(good);
    const { close } = await connect({ databaseUrl, dataDir: '', log: silent });
    await close();
    expect(await look()).toEqual(good);
  });
});
