import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { chispaTool } from '../setup/compiled.ts';

it('ends quietly when its reader has closed the pipe', { timeout: 120_000 }, async () => {
  const chispa = spawn(process.execPath, [chispaTool, 'model', 'list', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  chispa.stdout.destroy();
  let complaint = '';
  chispa.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  expect(await once(chispa, 'close')).toEqual([0, null]);
  expect(complaint).toBe('');
});

const SLOW = { timeout: 120_000 };
/** Runs the sources in a checkout. */
const bin = join(packageRoot, 'bin/chispa.mjs');

it.each([
  [['next', '--json'], chispaTool],
  [['next', '-', '--json'], chispaTool],
  [['generate', '--json', '--seed', '1', '--max-tokens', '2'], chispaTool],
  [['generate', '-', '--json', '--seed', '1', '--max-tokens', '2'], bin],
])('reads a text that is piped into chispa %j', SLOW, async (args, tool) => {
  const chispa = spawn(process.execPath, [tool, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  chispa.stdin.end('- Había una vez\n');
  expect(JSON.parse(await text(chispa.stdout)).text).toMatch(/^- Había una vez/);
});

it.each(['next', 'generate'])(
  'asks for a text where %s has none and nothing is piped in',
  SLOW,
  async (command) => {
    const chispa = spawn(process.execPath, [chispaTool, command], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [ended, complaint] = await Promise.all([once(chispa, 'close'), text(chispa.stderr)]);
    expect(ended).toEqual([2, null]);
    expect(complaint).toContain('Give a text');
  },
);

it('generates many samples from a checkout without any warning', SLOW, async () => {
  const args = ['generate', 'Hola', '--samples', '20', '--seed', '1', '--max-tokens', '4', '--json'];
  const chispa = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, complaint] = await Promise.all([text(chispa.stdout), text(chispa.stderr)]);
  expect([out.trim().split('\n').length, complaint]).toEqual([20, '']);
});

it('passes on signals and the exit code when run from a checkout', SLOW, async () => {
  const chispa = spawn(process.execPath, [bin, 'box', '--no-open', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(chispa.stdout, 'data');
  chispa.kill('SIGTERM');
  expect(await once(chispa, 'close')).toEqual([0, null]); // `close` waits for every process that holds stdout
  const refused = spawn(process.execPath, [bin, 'nope'], { stdio: 'ignore' });
  expect(await once(refused, 'close')).toEqual([2, null]);
});
