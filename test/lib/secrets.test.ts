import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/lib/secrets.ts';
import { compiledRoot } from '../setup/compiled.ts';

describe('what looks like a secret', () => {
  it.each([
    [
      'PATCH https://discord.com/api/v10/webhooks/80351110224678912/aW50ZXJhY3Rpb246ODAzNTE:x/messages/@original',
      'PATCH https://discord.com/api/v10/webhooks/80351110224678912/[token]/messages/@original',
    ],
    [
      '{"url":"http://127.0.0.1:8787/api/v10/interactions/123/s-h_ort/callback"}',
      '{"url":"http://127.0.0.1:8787/api/v10/interactions/123/[token]/callback"}',
    ],
    ['the token aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDpBQkNERUY= of it', 'the token [token] of it'],
    [
      'Bot MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs was refused',
      'Bot [bot token] was refused',
    ],
    ['Authorization: Bearer hf_abcDEF0123456789', 'Authorization: Bearer [token]'],
    [
      'write postgres://USER:PASSWORD@localhost:5432/chispa',
      'write postgres://USER:PASSWORD@localhost:5432/chispa',
    ],
    ['postgres://chispa:hunter2@db/x and http://u@h', 'postgres://[secret]@db/x and http://[secret]@h'],
    [
      'nothing of that: a@b.es, 1.2.3, https://discord.com/x@y',
      'nothing of that: a@b.es, 1.2.3, https://discord.com/x@y',
    ],
  ])('%s', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });
});

/** Runs a line of code with the real log at its most verbose and returns the output. */
function logged(code: string): string {
  const script = `
    import { createLog } from './src/lib/log.js';
    import { loadConfig } from './src/config.js';
    const log = createLog('trace');
    ${code}`;
  const args = ['--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: compiledRoot,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout + stderr;
}

describe('the log at level trace', () => {
  it('shows no secret of the configuration, wherever it occurs', () => {
    const lines = logged(`
      loadConfig({
        DISCORD_TOKEN: 'TOKENMARK1.x.y', HF_TOKEN: 'hf_TOKENMARK2', VOTER_SECRET: 'TOKENMARK3 "quoted" \\\\ it is',
        DATABASE_URL: 'postgres://chispa:TOKENMARK4%40x@db.example/chispa',
      }, 'no such file');
      const config = { a: 'TOKENMARK1.x.y', b: ['hf_TOKENMARK2'], c: 'TOKENMARK3 "quoted" \\\\ it is' };
      log.trace({ config }, 'started with postgres://chispa:TOKENMARK4%40x@db.example/chispa');
      log.error({ err: new Error('password TOKENMARK4@x and TOKENMARK1.x.y are wrong', { cause: config }) }, 'failed');
      log.debug('hf_TOKENMARK2');
    `);
    expect(lines.trim().split('\n')).toHaveLength(3);
    expect(lines).not.toContain('TOKENMARK');
  });

  it('shows no interaction token from a URL, a message or a stack', () => {
    const lines = logged(`
      const url = 'https://discord.com/api/v10/webhooks/1234/TOKENMARK5/messages/@original';
      log.warn({ code: 10062, url }, 'Discord no longer accepts this answer');
      const failed = new Error('PATCH ' + url + ' failed');
      failed.stack = 'Error\\n    at fetch (' + url + ')';
      log.error({ err: failed }, 'interaction failed');
    `);
    expect(lines).toContain('webhooks/1234/[token]/messages');
    expect(lines).not.toContain('TOKENMARK');
  });
});
