import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { createVoter } from '../../src/db/voter.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from './samples.ts';

const SLOW = { timeout: 120_000 };

/** The paths in a folder, itself included. */
const within = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
];

/** Those of them that other users may read, write, or open. */
const open = (folder: string): string[] =>
  within(folder).filter((path) => (statSync(path).mode & 0o077) !== 0);

describe.skipIf(process.platform === 'win32')('the data folder', () => {
  it('is closed to other users with everything in it, even if it was open before', SLOW, async () => {
    const dataDir = freshDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    writeFileSync(join(dataDir, 'voter-secret'), 'made by hand, and open');
    for (const path of within(dataDir)) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
    expect(open(dataDir).length).toBeGreaterThan(900); // otherwise this proves nothing

    createVoter({ dataDir });
    const store = await connect({ dataDir, log: silent });
    expect(open(dataDir)).toEqual([]);
    await aJoke(store.db);
    await store.close();
    expect(open(dataDir)).toEqual([]);
  });

  it('is created closed, and so is the secret in it', () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'chispa-')), 'a', 'data');
    onTestFinished(() => rmSync(join(dataDir, '..', '..'), { recursive: true }));
    createVoter({ dataDir });
    expect(open(dataDir)).toEqual([]);
  });

  it('with other files in it stays as it is, except for our own files', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chispa-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    chmodSync(dataDir, 0o755);
    mkdirSync(join(dataDir, 'photos'));
    mkdirSync(join(dataDir, 'db'));
    createVoter({ dataDir });
    expect(open(dataDir)).toEqual([dataDir, join(dataDir, 'photos')]);
  });
});
