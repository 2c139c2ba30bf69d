import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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
  chispa.stderr.on('data', (text) => {
    complaint += text;
  });
  expect(await once(chispa, 'close')).toEqual([0, null]);
  expect(complaint).toBe('');
});
