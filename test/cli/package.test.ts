import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

/**
 * The package as npm would install it in an empty folder: packed, unpacked under node_modules, its dependencies beside
 * it (linked to those of this checkout instead of downloaded again).
 */
describe('the installed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-package-'));
  const modules = join(folder, 'node_modules');
  const chispa = (...args: string[]) =>
    spawnSync(process.execPath, [join(modules, 'chispa/dist/src/cli/main.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'cache') },
    });

  beforeAll(() => {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: packageRoot });
    const [archive = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    mkdirSync(join(modules, 'chispa'), { recursive: true });
    execFileSync('tar', [
      'xzf',
      join(folder, archive),
      '--strip-components=1',
      '-C',
      join(modules, 'chispa'),
    ]);
    for (const name of dependencies()) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(packageRoot, 'node_modules', name), join(modules, name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Only what package.json lists: a forgotten dependency must be missed. */
  function dependencies(): string[] {
    const listed = execFileSync('npm', ['pkg', 'get', 'dependencies'], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    return Object.keys(JSON.parse(listed));
  }

  it('helps', () => {
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

  it('tells wrong usage from failure by its exit code', () => {
    expect(chispa('generate').status).toBe(2);
    expect(chispa('generate', 'x', '--epsilon', '7').status).toBe(2);
    expect(chispa('generate', 'x', '--model', 'no-such-model').status).toBe(1);
  });

  it('starts: bot, box with its page, database and model', async () => {
    const program = spawn(process.execPath, [join(modules, 'chispa/dist/src/cli/main.js'), 'start'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        BOX_PORT: '0',
        LOG_LEVEL: 'error',
        XDG_CACHE_HOME: join(folder, 'cache'),
      },
    });
    const ended = new Promise((resolve) => program.once('close', resolve));
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk;
        const ready = output.match(/Chispa is ready: (\S+)/);
        if (ready) resolve(ready[1] ?? '');
      };
      program.stdout.on('data', read);
      program.stderr.on('data', read);
      ended.then(() => reject(new Error(output)));
    });
    const page = await (await fetch(url)).text();
    expect(page).toContain('<!doctype html>');
    program.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
