import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { isAlive, pidOf, processIdentity } from '../../lib/process-identity.ts';

/**
 * Keeps a second process off a run. The file names the process that has it; one that no longer lives has left it.
 * Returns what gives it back.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(processIdentity(process.pid));
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
  const identity = await readFile(join(folder, 'lock'), 'utf8').catch(() => '');
  return isAlive(identity) ? pidOf(identity) : undefined;
}
