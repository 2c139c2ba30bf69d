import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../lib/errors.ts';

/**
 * Keeps a second process off a run. The file names the process that has it; one that no longer lives has left it.
 * Returns what gives it back.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (cause) {
      const owner = await ownerOf(folder);
      if (owner)
        throw new ChispaError('run-busy', `Process ${owner} is training this run already.`, { cause });
      await rm(path, { force: true });
    }
  }
  throw new ChispaError('run-busy', `Another process has just taken this run: ${path}.`);
}

/** The living process that has a run, if there is one. */
export async function ownerOf(folder: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(folder, 'lock'), 'utf8').catch(() => ''));
  return pid && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too, though we may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
