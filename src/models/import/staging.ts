import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { syncFolder } from '../whole-file.ts';

const STAGING = /^\..+\.(\d+)\.incomplete$/;

/**
 * Creates the folder `modelsDir/name` atomically: `fill` writes into a hidden folder beside it, which is renamed at
 * the end. On an error the hidden folder is removed; one left behind by a killed process is removed by the next
 * import.
 */
export async function stageFolder<T>(
  modelsDir: string,
  name: string,
  fill: (staging: string) => Promise<T>,
): Promise<T> {
  makeFolder(modelsDir);
  await removeAbandoned(modelsDir);
  const target = join(modelsDir, name);
  await refuseTaken(modelsDir, name);
  const staging = join(modelsDir, `.${name}.${process.pid}.incomplete`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  try {
    const result = await fill(staging);
    await syncFolder(staging);
    // On Linux and macOS a rename can replace only an empty folder. A non-empty one, created in the meantime, makes
    // it fail.
    await rename(staging, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? taken(name) : error;
    });
    await syncFolder(modelsDir);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Throws `model-exists` when `modelsDir` already has something with that name. */
export async function refuseTaken(modelsDir: string, name: string): Promise<void> {
  if (await stat(join(modelsDir, name)).catch(() => undefined)) throw taken(name);
}

const taken = (name: string) =>
  new ChispaError(
    'model-exists',
    `There is already a model named ${name}: give another with --name, or remove it first.`,
  );

async function removeAbandoned(modelsDir: string): Promise<void> {
  for (const name of await readdir(modelsDir)) {
    const pid = STAGING.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(modelsDir, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's process
  }
}
