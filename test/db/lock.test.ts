import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder, lockHolder } from '../../src/db/lock.ts';
import { ended, startProgram } from './programs.ts';

const startHolder = (folder: string) =>
  startProgram(new URL('./children/holdLock.ts', import.meta.url), [folder]);
/** Processes take long to start on a busy machine. */
const SLOW = { timeout: 120_000 };

describe('the lock of a data folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'chispa-lock-'));
    folder = join(parent, 'db');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('refuses a second holder by pid and points at DATABASE_URL', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'data-folder-in-use',
      message: expect.stringMatching(new RegExp(`process ${process.pid}.*DATABASE_URL`)),
    });
    expect(lockHolder(folder)).toBe(process.pid);
    release();
    expect(lockHolder(folder)).toBeUndefined();
  });

  it('leaves no file behind once released, and can be taken again', async () => {
    (await lockFolder(folder))();
    (await lockFolder(folder))();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('is removed when the process ends without releasing it', SLOW, async () => {
    const child = startHolder(folder);
    await once(child, 'message');
    expect(lockHolder(folder)).toBe(child.pid);
    child.send('exit');
    await once(child, 'exit');
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('is taken over from a killed process, by exactly one of many that try', SLOW, async () => {
    const killed = startHolder(folder);
    await once(killed, 'message');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(`${folder}.lock`)).toBe(true);

    const rivals = Array.from({ length: 4 }, () => startHolder(folder));
    const answers = await Promise.all(rivals.map(async (rival) => (await once(rival, 'message'))[0]));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'data-folder-in-use')).toHaveLength(3);
    for (const rival of rivals) rival.kill();
    await Promise.all(rivals.map(ended));
  });

  it('is taken over when the pid now belongs to another process', async () => {
    // As after a restart in a container, where pids begin again: the same pid, another start time.
    writeFileSync(`${folder}.lock`, `${process.pid}\n1`);
    expect(lockHolder(folder)).toBeUndefined();
    (await lockFolder(folder))();
  });

  it('is taken over when it holds no pid', async () => {
    writeFileSync(`${folder}.lock`, '');
    (await lockFolder(folder))();
  });
});
