import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compiledRoot } from '../setup/compiled.ts';

/** Runs a line of code with the real log and returns what it wrote to stderr. */
function logged(code: string): string {
  const script = `import { createLog } from './src/lib/log.js'; const log = createLog('info'); ${code}`;
  const args = ['--input-type=module', '--eval', script];
  return spawnSync(process.execPath, args, { cwd: compiledRoot, encoding: 'utf8' }).stderr;
}

describe('the log', () => {
  it('says why a query failed, but never its parameters', () => {
    const line = logged(`
      const cause = new Error('duplicate key');
      const failed = Object.assign(new Error('Failed query: insert\\nparams: secret-token', { cause }), { params: ['secret-token'] });
      log.error({ err: failed }, 'it failed');
    `);
    expect(JSON.parse(line)).toMatchObject({ msg: 'it failed', err: { message: 'duplicate key' } });
    expect(line).not.toContain('secret-token');
  });
});
