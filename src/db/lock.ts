import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ChispaError, hasCode } from '../lib/errors.ts';
import { isAlive, pidOf, processIdentity } from '../lib/process-identity.ts';

/**
 * Claims a folder for this process with the file `<folder>.lock`. PGlite needs it: two processes on one data
 * folder lose rows without a word. A lock whose process is dead is removed; any other is refused with
 * `ChispaError('data-folder-in-use')` naming the pid.
 *
 * @returns a function that gives the folder back; the end of the process does it too.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const file = `${folder}.lock`;
  const mine = processIdentity(process.pid);
  // Written aside and linked into place, so that nobody ever reads a lock without its owner.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    while (!tryLink(draft, file)) await removeDeadLock(file, folder);
  } finally {
    rmSync(draft, { force: true });
  }
  const release = () => {
    process.off('exit', release);
    if (readLock(file) === mine) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return release;
}

/** The pid that holds a folder's lock and is alive, if any. */
export function lockHolder(folder: string): number | undefined {
  const owner = readLock(`${folder}.lock`);
  return owner !== undefined && isAlive(owner) ? pidOf(owner) : undefined;
}

async function removeDeadLock(file: string, folder: string): Promise<void> {
  const owner = readLock(file);
  if (owner === undefined) return;
  if (isAlive(owner)) {
    throw new ChispaError(
      'data-folder-in-use',
      `The database in ${folder} is in use by process ${pidOf(owner)}: stop that process, or set DATABASE_URL to a PostgreSQL server that several processes may share.`,
    );
  }
  // Two processes may see the same dead owner; without turns the slower would remove the faster one's new lock.
  const turn = `${file}.reaping`;
  for (let attempt = 0; !tryMkdir(turn); attempt++) {
    if (attempt === 100) {
      throw new ChispaError(
        'data-folder-in-use',
        `${turn} was left behind by a process that was killed: delete it and start again.`,
      );
    }
    await delay(20);
  }
  try {
    if (readLock(file) === owner) rmSync(file, { force: true });
  } finally {
    rmdirSync(turn);
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function tryMkdir(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
