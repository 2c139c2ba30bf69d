import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockByProcess, lockHolder } from '../../src/lib/process-lock.ts';
import { ended, startProgram } from '../db/programs.ts';

const startHolder = (file: string) =>
  startProgram(new URL('./children/hold-lock.ts', import.meta.url), [file]);
const lock = (file: string) => lockByProcess(file, (holder) => new Error(`held by ${holder}`));
/** Processes are slow to start on a busy machine. */
const SLOW = { timeout: 120_000 };

describe('a process lock', () => {
  let parent: string;
  let file: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'chispa-lock-'));
    file = join(parent, 'lock');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('refuses a second holder and names the first', async () => {
    const release = await lock(file);
    await expect(lock(file)).rejects.toThrow(`held by ${process.pid}`);
    expect(lockHolder(file)).toBe(process.pid);
    release();
    expect(lockHolder(file)).toBeUndefined();
  });

  it('leaves no file behind once released, and can be taken again', async () => {
    (await lock(file))();
    (await lock(file))();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('is removed when the process ends without releasing it', SLOW, async () => {
    const child = startHolder(file);
    await once(child, 'message');
    expect(lockHolder(file)).toBe(child.pid);
    child.send('exit');
    await once(child, 'exit');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a killed process, by exactly one of many that try', SLOW, async () => {
    const killed = startHolder(file);
    await once(killed, 'message');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(file)).toBe(true);

    const rivals = Array.from({ length: 4 }, () => startHolder(file));
    const answers = await Promise.all(rivals.map(async (rival) => (await once(rival, 'message'))[0]));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(3);
    for (const rival of rivals) rival.kill();
    await Promise.all(rivals.map(ended));
  });

  it('is taken over when the pid now belongs to another process', async () => {
    // As after a container restart, where pids start over: the same pid, another start time.
    writeFileSync(file, `${process.pid}\n1`);
    expect(lockHolder(file)).toBeUndefined();
    (await lock(file))();
  });

  it('is taken over if it contains no pid', async () => {
    writeFileSync(file, '');
    (await lock(file))();
  });
});
