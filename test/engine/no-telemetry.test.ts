import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { chispaTool } from '../setup/compiled.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
if (!hasStrace && process.env.CI === 'true') throw new Error('strace is missing: .ci/run installs it');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'chispa-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Runs Node in an empty home directory; returns the files left there and the system calls of all its processes. */
function traced(args: readonly string[]) {
  const trace = join(home, 'trace');
  const watch = ['-f', '-qq', '-s', '200', '-e', 'trace=openat,mkdir,connect,sendto,sendmmsg', '-o', trace];
  const command = [process.execPath, ...args];
  const [program = '', ...rest] = hasStrace ? ['strace', ...watch, ...command] : command;
  const { status, stdout, stderr } = spawnSync(program, rest, {
    cwd: packageRoot,
    env: { PATH: process.env.PATH, HOME: home },
    encoding: 'utf8',
  });
  const calls = hasStrace ? readFileSync(trace, 'latin1').split('\n') : [];
  return {
    ...{ status, stdout, stderr },
    left: readdirSync(home).filter((name) => name !== 'trace'),
    asked: calls.filter((call) => /microsoft|htons\((53|443|80)\)/i.test(call)),
  };
}

const SLOW = { timeout: 120_000 };

describe('telemetry of libraries', () => {
  it('is detected by this test when onnxruntime runs unmodified', SLOW, () => {
    const bare = `const { InferenceSession } = await import('onnxruntime-node');
      await InferenceSession.create(new Uint8Array(1)).catch(() => {});`;
    const { status, left, asked } = traced(['--input-type=module', '--eval', bare]);
    expect(status).toBe(0);
    expect(left).toEqual(['.cache']);
    if (hasStrace) expect(asked).not.toEqual([]);
  });

  it('writes nothing and contacts nobody while a joke is generated', SLOW, () => {
    const { status, stdout, stderr, left, asked } = traced([
      chispaTool,
      ...['generate', 'Un pez', '--seed', '1', '--max-tokens', '8'],
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(5);
    expect(left).toEqual([]);
    expect(asked).toEqual([]);
  });
});
