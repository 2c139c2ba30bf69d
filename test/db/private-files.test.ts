import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { createVoter } from '../../src/db/voter.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from './samples.ts';

const SLOW = { timeout: 120_000 };

/** The paths below a folder, itself included, that somebody else may read, write or open. */
function open(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return [folder, ...below].filter((path) => (statSync(path).mode & 0o077) !== 0);
}

describe.skipIf(process.platform === 'win32')('the data folder', () => {
  it('is closed to other users with all that is in it, also one that was open', SLOW, async () => {
    const dataDir = freshDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    chmodSync(dataDir, 0o755);
    writeFileSync(join(dataDir, 'voter-secret'), 'made by hand, and open', { mode: 0o644 });
    expect(open(dataDir).length).toBeGreaterThan(900); // else nothing is shown here

    createVoter({ dataDir });
    const store = await connect({ dataDir, log: silent });
    expect(open(dataDir)).toEqual([]);
    await aJoke(store.db);
    await store.close();
    expect(open(dataDir)).toEqual([]);
  });

  it('is made closed, the secret in it too', () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'chispa-')), 'a', 'data');
    onTestFinished(() => rmSync(join(dataDir, '..', '..'), { recursive: true }));
    createVoter({ dataDir });
    expect(open(dataDir)).toEqual([]);
  });

  it('of somebody who keeps other things in it stays as it is, but for what is ours', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chispa-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    chmodSync(dataDir, 0o755);
    mkdirSync(join(dataDir, 'photos'));
    mkdirSync(join(dataDir, 'db'));
    createVoter({ dataDir });
    expect(open(dataDir)).toEqual([dataDir, join(dataDir, 'photos')]);
  });
});
