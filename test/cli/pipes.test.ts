import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';

it('ends quietly when its reader has closed the pipe', { timeout: 120_000 }, async () => {
  const main = join(packageRoot, 'src/cli/main.ts');
  const chispa = spawn(process.execPath, ['--import', 'tsx', main, 'model', 'list', '--json'], {
    cwd: packageRoot,
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

it('reads a text that is piped in', { timeout: 120_000 }, async () => {
  const main = join(packageRoot, 'src/cli/main.ts');
  const chispa = spawn(process.execPath, ['--import', 'tsx', main, 'next', '--json'], {
    cwd: packageRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  chispa.stdin.end('Había una vez\n');
  expect(JSON.parse(await text(chispa.stdout))).toMatchObject({ text: 'Había una vez' });
});
