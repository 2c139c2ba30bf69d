import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type InstalledPackage, installPackage } from '../../scripts/package/install.ts';
import { packageRoot } from '../../src/lib/paths.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 900_000 });

/** Both packages, installed by npm in an empty folder. */
describe('the installed package', () => {
  let installed: InstalledPackage;
  const env = () => ({ PATH: process.env.PATH, XDG_CACHE_HOME: join(installed.folder, 'cache') });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8', env: env() });
  const chispa = (...args: string[]) => run(installed.tool, ...args);

  beforeAll(() => {
    installed = installPackage();
  });
  afterAll(() => installed?.remove());

  /** Starts a program and waits for the line with the address of its page. */
  async function untilReady(args: string[], pattern: RegExp, more: Record<string, string> = {}) {
    const program = spawn(process.execPath, args, { cwd: installed.folder, env: { ...env(), ...more } });
    const ended = new Promise((resolve) => program.once('close', resolve));
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk;
        const ready = pattern.exec(output);
        if (ready) resolve(ready[1] ?? '');
      };
      program.stdout.on('data', read);
      program.stderr.on('data', read);
      ended.then(() => reject(new Error(output)));
    });
    return { program, ended, url };
  }

  it('prints help', () => {
    const { status, stdout } = chispa('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('generate');
  });

  it('generates with the bundled model, the same text for the same seed', () => {
    const generate = () => chispa('generate', 'Había una vez', '--seed', '7', '--max-tokens', '12', '--json');
    const first = generate();
    expect(first.stderr).not.toMatch(/error|warning/i);
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout).text).toMatch(/^Había una vez/);
    expect(generate().stdout).toBe(first.stdout);
  });

  it('distinguishes usage errors from failures by exit code', () => {
    expect(chispa('generate').status).toBe(2);
    expect(chispa('generate', 'x', '--epsilon', '7').status).toBe(2);
    expect(chispa('generate', 'x', '--model', 'no-such-model').status).toBe(1);
  });

  it('starts the bot, the box with its page, the database, and the model', async () => {
    const { program, ended, url } = await untilReady([installed.tool, 'start'], /Chispa is ready: (\S+)/, {
      BOX_PORT: '0',
      LOG_LEVEL: 'error',
    });
    expect(await (await fetch(url)).text()).toContain('<!doctype html>');
    program.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('exports the box: chispa/box and discord-in-a-box are the same, and start it', () => {
    writeFileSync(
      join(installed.folder, 'box.mjs'),
      `import * as box from 'discord-in-a-box';
       import * as same from 'chispa/box';
       if (box.createBox !== same.createBox) throw new Error('two boxes');
       const one = await box.createBox({ port: 0 });
       const page = await fetch(one.url);
       console.log(page.status, Object.keys(box).sort().join());
       await one.close();`,
    );
    const { status, stdout, stderr } = run('box.mjs');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('200 botEnvironment,createBox,createDriver,runBot,runBox\n');
  });

  it('has types for the tests of a bot in TypeScript', () => {
    writeFileSync(
      join(installed.folder, 'bot.mts'),
      `import { createBox, createDriver, type SeenMessage } from 'discord-in-a-box';
       const box = await createBox({ port: 0 });
       const said: SeenMessage = await createDriver({ url: box.url }).command('ana', 'ping');
       // @ts-expect-error: a message is not a number
       const wrong: number = said;`,
    );
    const tsc = join(packageRoot, 'node_modules/typescript/bin/tsc');
    const types = ['--typeRoots', join(packageRoot, 'node_modules/@types'), '--types', 'node'];
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', ...types];
    expect(run(tsc, ...options, 'bot.mts')).toMatchObject({ status: 0, stdout: '' });
  });

  it.each([
    ['chispa box', () => [installed.tool, 'box']],
    ['discord-in-a-box', () => [join(installed.folder, 'node_modules/.bin/discord-in-a-box')]],
  ])('opens the box with %s', async (_name, command) => {
    const { program, ended, url } = await untilReady(
      [...command(), '--no-open', '--port', '0'],
      /Discord in a box: (\S+)/,
    );
    expect(await (await fetch(`${url}/main.js`)).text()).toContain('createStore');
    program.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
