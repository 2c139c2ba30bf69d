import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDriver } from 'discord-in-a-box';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { pgliteFolder } from '../../src/db/pglite.ts';
import { ratings, requests } from '../../src/db/schema.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent, skipPostgres } from '../databases.ts';
import { completionsServer, streamed } from '../engine/completions-server.ts';
import { createPlayer, isFinished, voteButtons } from './player.ts';
import { groupIsAlive, type Spawned, signalGroup, spawnChispa } from './program.ts';

const READY = /Chispa is ready: (http:\/\/127\.0\.0\.1:\d+)/;

const started: Spawned[] = [];
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-'));
  folders.push(folder);
  return folder;
}

function newDataDir(): string {
  const folder = freshDataDir();
  folders.push(folder);
  return folder;
}

function start(env: Record<string, string>): Spawned {
  const program = spawnChispa(['start'], env);
  started.push(program);
  return program;
}

vi.setConfig({ testTimeout: 120_000 });

const hasEnded = ({ child }: Spawned) => child.exitCode !== null || child.signalCode !== null;

afterEach(async () => {
  for (const program of started.splice(0)) {
    // However it ended, it has taken its children along.
    if (hasEnded(program)) await expect.poll(() => groupIsAlive(program), { timeout: 10_000 }).toBe(false);
    else signalGroup(program, 'SIGKILL');
    await program.ended;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The command lines of the processes in a group, where the system shows them. */
const commandLines = (group: number): string[] =>
  execFileSync('ps', ['-A', '-o', 'pgid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${group} `));

describe.skipIf(process.platform === 'win32' || skipPostgres)('a program that npm started', () => {
  it('keeps secrets and what people type to itself at every level, and ends when npm is killed', async () => {
    const address = new URL(await freshDatabase());
    address.username ||= 'postgres';
    address.password = 'a-marked-password';
    const secrets = {
      VOTER_SECRET: 'a-marked-voter-secret',
      HF_TOKEN: 'hf_amarkedtoken',
      DATABASE_URL: address.href,
    };
    const env = { ...secrets, DATA_DIR: newFolder(), LOG_LEVEL: 'trace', npm_lifecycle_event: 'start' };
    const program = spawnChispa(['start'], env, { asNpm: true });
    started.push(program);
    const [, url = ''] = await program.printed(READY);
    const player = await createPlayer(url);
    const asked = await player.ask(player.ana, 'chiste', { fuente: 'nuevo', tema: 'un tema señalado' });
    const joke = await asked.answer(isFinished);
    await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
    await player.until(player.luis, joke.id, (m) => JSON.stringify(m.embeds).includes('1 voto'));
    const { pid = 0 } = program.child;
    const lines = commandLines(pid);
    expect(lines.length).toBeGreaterThan(2);

    program.child.kill('SIGKILL'); // the shell only
    await expect.poll(() => groupIsAlive(program), { timeout: 30_000 }).toBe(false);
    const unreachable = spawnChispa(['runs'], {
      ...env,
      DATABASE_URL: address.href.replace(/:\d+\//, ':1/'),
    });
    expect(await unreachable.ended).toBe(1);
    const said = [program.output(), unreachable.output(), ...lines].join('\n');
    expect(said).toMatch(/"request":"[0-9a-f-]{36}","msg":"a request was written"/);
    expect(said).toContain('"msg":"answering"');
    expect(said).toContain('did not answer');
    for (const secret of ['a-marked', 'amarkedtoken', 'señalado', 'aW50ZXJhY3Rpb246'])
      expect(said).not.toContain(secret);
    await dropDatabase(address.href);
  });
});

describe('the program', () => {
  it('keeps a vote that people saw through kill -9 of everything', async () => {
    const dataDir = newDataDir();
    const program = start({ DATA_DIR: dataDir });
    const [, url = ''] = await program.printed(READY);
    const player = await createPlayer(url);
    const joke = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
    await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
    await player.until(player.luis, joke.id, (m) => JSON.stringify(m.embeds).includes('1 voto'));
    signalGroup(program, 'SIGKILL');
    await program.ended;

    const store = await connect({ dataDir, log: silent });
    const votes = await store.db.select().from(ratings);
    await store.close();
    expect(votes).toMatchObject([{ score: 4 }]);
    expect(votes[0]?.voter).toMatch(/^[0-9a-f]{64}$/);
    expect(votes[0]?.voter).not.toContain(player.luis.id);
  });

  it('tells what a server of models writes, and says its key to nobody else', async () => {
    const keys = new Set<string | undefined>();
    const { url: ENGINE, asked } = await completionsServer([
      (one, response, request) => {
        keys.add(request.headers.authorization);
        return streamed(['¿Qué hace', ' un gato en', ' la luna?'])(one, response, request);
      },
    ]);
    const env = { ENGINE, ENGINE_API_KEY: 'a-marked-key', LOG_LEVEL: 'trace' };
    const program = start({ ...env, DATA_DIR: newDataDir() });
    const [, url = ''] = await program.printed(READY);
    expect(program.output()).toContain(`Model: model (${ENGINE})`);
    const player = await createPlayer(url);
    const told = await player.ask(player.ana, 'chiste', { fuente: 'nuevo', tema: 'gatos señalados' });
    const joke = await told.answer(isFinished);
    expect(JSON.stringify(joke.embeds)).toContain('¿Qué hace un gato en la luna?');
    expect(asked[0]?.prompt).toContain('Chiste sobre gatos señalados:');
    expect([...keys]).toEqual(['Bearer a-marked-key']);
    expect(program.output()).toContain('"msg":"answering"');
    for (const secret of ['a-marked-key', 'señalados']) expect(program.output()).not.toContain(secret);
  });

  it('ends on Ctrl-C in time, leaves no process and no lock, and goes on with what was queued', async () => {
    const dataDir = newDataDir();
    // One slot, so that most requests are still queued when the program stops.
    const program = start({ DATA_DIR: dataDir, SLOTS: '1', LOG_LEVEL: 'info' });
    const [, url = ''] = await program.printed(READY);
    const player = await createPlayer(url);
    for (let i = 0; i < 6; i++)
      await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).interaction;
    await (await player.ask(player.luis, 'ajustar', {}, { subcommand: 'ver' })).answer();

    signalGroup(program, 'SIGINT');
    signalGroup(program, 'SIGINT'); // one from the terminal, one from npm
    expect(await program.ended).toBe(0); // 1 if some part takes too long to stop
    expect(program.output()).not.toContain('disconnected from Discord');
    expect(groupIsAlive(program)).toBe(false);
    expect(existsSync(`${pgliteFolder(dataDir)}.lock`)).toBe(false);

    const open = async () => {
      const store = await connect({ dataDir, log: silent });
      const rows = await store.db.select({ status: requests.status }).from(requests);
      await store.close();
      return rows.filter(({ status }) => status === 'queued' || status === 'running').length;
    };
    expect(await open()).toBeGreaterThan(0);
  });

  it('tells a second process on the same folder which one holds it and what helps', async () => {
    const dataDir = newDataDir();
    const first = start({ DATA_DIR: dataDir });
    await first.printed(READY);
    const second = start({ DATA_DIR: dataDir });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(String(first.child.pid));
    expect(second.output()).toContain('DATABASE_URL');
  });

  it('ends with the sentence of a login when Discord lets it go for good, so that a supervisor hears of it', async () => {
    const program = start({ DATA_DIR: newFolder() });
    const [, url = ''] = await program.printed(READY);
    await createDriver({ url }).call('/box/faults', { kind: 'drop-gateway', code: 4004 });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      /^chispa: Discord did not let the bot in \(4004 AuthenticationFailed\)\. Check DISCORD_TOKEN/m,
    );
  });

  it('says which port is occupied', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const program = start({ DATA_DIR: newFolder(), BOX_PORT: port });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(new RegExp(`${port}.*BOX_PORT`, 's'));
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['MODEL', 'no-such-model', /no-such-model/],
    ['DATA_DIR', '/proc/x', /^chispa: DATA_DIR cannot be created or read/m],
    ['DATA_DIR', '/dev/null/x', /^chispa: DATA_DIR cannot be created or read/m],
    ['BOX_PORT', 'abc', /^chispa: BOX_PORT is wrong/m],
    ['EXECUTION_PROVIDER', 'tpu', /^chispa: EXECUTION_PROVIDER is wrong/m],
    ['DISCORD_TOKEN', 'abc', /^chispa: DISCORD_TOKEN is wrong/m],
  ])('ends its start with one clear line for a wrong %s', async (name, value, line) => {
    const program = start({ DATA_DIR: newFolder(), [name]: value });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(line);
    expect(program.output().match(/^chispa: /gm)).toHaveLength(1);
    expect(program.output()).not.toMatch(/^\s+at /m);
  });

  it('ends its start with the name of the fault in a broken model folder', async () => {
    const program = start({ DATA_DIR: newFolder(), MODEL: join(newFolder(), '.') });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(/^chispa: .*config\.json/m);
  });
});
