import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as prune from '../../src/cli/prune.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { runCommand } from './run-command.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chispa-prune-'));
  for (const [platform, bytes] of [
    ['darwin/arm64', 10],
    ['linux/arm64', 20],
    ['linux/x64', 30],
    ['win32/x64', 40],
  ] as const) {
    mkdirSync(join(root, 'bin/napi-v6', platform), { recursive: true });
    writeFileSync(join(root, 'bin/napi-v6', platform, 'onnxruntime_binding.node'), Buffer.alloc(bytes));
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('binaries for other platforms', () => {
  it('are listed with their sizes, without this platform’s', () => {
    const found = prune.foreignBinaries(root, 'linux/x64');
    expect(found.map(({ platform, bytes }) => `${platform} ${bytes}`).sort()).toEqual([
      'darwin/arm64 10',
      'linux/arm64 20',
      'win32/x64 40',
    ]);
  });

  it('are deleted, while this platform’s stay', () => {
    prune.deleteBinaries(prune.foreignBinaries(root, 'linux/x64'));
    expect(prune.foreignBinaries(root, 'linux/x64')).toEqual([]);
    expect(existsSync(join(root, 'bin/napi-v6/linux/x64/onnxruntime_binding.node'))).toBe(true);
    expect(existsSync(join(root, 'bin/napi-v6/linux/arm64'))).toBe(false);
  });

  it('are not deleted if this platform has none, since nothing would be left', () => {
    expect(() => prune.foreignBinaries(root, 'freebsd/x64')).toThrow(/no binaries for freebsd\/x64/);
  });
});

describe('chispa prune', () => {
  /** The folder where onnxruntime-node keeps one folder per platform. */
  const bin = join(packageRoot, 'node_modules/onnxruntime-node/bin/napi-v6');

  it('says what it would delete, and deletes nothing, with --dry-run', async () => {
    const before = readdirSync(bin, { recursive: true });
    const { stdout, error } = await runCommand(['prune', '--dry-run', '--json'], {});
    expect(error).toBeUndefined();
    const { deleted, binaries } = JSON.parse(stdout);
    expect(deleted).toBe(false);
    for (const { platform, folder } of binaries) {
      expect(platform).not.toBe(`${process.platform}/${process.arch}`);
      expect(existsSync(folder)).toBe(true);
    }
    expect(readdirSync(bin, { recursive: true })).toEqual(before);
  });
});
