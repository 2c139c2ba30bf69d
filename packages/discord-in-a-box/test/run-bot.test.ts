import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { until } from './stage.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const sources = ['--conditions=@chispa/source', '--import', import.meta.resolve('tsx')];
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('runs a bot that knows nothing of the box, and leaves no process behind', async () => {
  const cli = spawn(
    process.execPath,
    [
      ...sources,
      at('src/cli.ts'),
      '--no-open',
      '--port',
      '0',
      '--name',
      'Ping',
      '--bot',
      `node ${at('test/bots/ping.mjs')}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  cli.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const exited = new Promise((resolve) => cli.once('exit', resolve));
  try {
    const url = await until('address', () => /Discord in a box: (\S+)/.exec(output)?.[1], 60_000);
    const bot = Number(
      await until('bot', () => /Logged in as ping#0001, pid (\d+)/.exec(output)?.[1], 60_000),
    );
    const { createDriver } = await import('../src/index.ts');
    expect((await createDriver({ url }).command('bruno', 'ping')).content).toBe('Pong!');
    cli.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(isAlive(bot)).toBe(false);
  } finally {
    cli.kill('SIGKILL');
  }
}, 120_000);

it('says what a bot needs, ends with 1 when the bot fails and with 2 on wrong use', async () => {
  const run = async (...args: string[]) => {
    const command = [...sources, at('src/cli.ts'), '--no-open', ...args];
    const failed = await promisify(execFile)(process.execPath, command).catch((error) => error);
    return [failed.code, failed.stderr];
  };
  expect(await run('--port', '0', '--bot', 'exit 3')).toEqual([1, expect.stringContaining('exit code 3')]);
  expect(await run('--port', '0', '--bot', ' ')).toEqual([
    1,
    expect.stringContaining('needs a shell command'),
  ]);
  expect(await run('--port', 'x')).toEqual([2, expect.stringContaining('A port is a whole number')]);
  expect(await run('--prot', '1')).toEqual([2, expect.stringContaining("Unknown option '--prot'")]);
}, 120_000);

it("keeps the README's ten lines working", async () => {
  const [, example = ''] =
    /```js\n(import assert[\s\S]*?)```/.exec(readFileSync(at('README.md'), 'utf8')) ?? [];
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(11);
  const folder = mkdtempSync(join(tmpdir(), 'box-example-'));
  try {
    cpSync(at('test/bots/ping.mjs'), join(folder, 'bot.js'));
    symlinkSync(at('../../node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'ping.test.js'), example);
    const { stdout } = await promisify(execFile)(process.execPath, [...sources, '--test', 'ping.test.js'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/^[#ℹ] pass 1\b[\s\S]*^[#ℹ] fail 0\b/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
