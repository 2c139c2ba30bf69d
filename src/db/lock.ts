import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ChispaError } from '../lib/errors.ts';

/**
 * Claims a folder for this process with the file `<folder>.lock`. PGlite needs it: two processes on one data
 * folder lose rows without a word. A lock whose process is dead is removed; any other is refused with
 * `ChispaError('data-folder-in-use')` naming the pid.
 *
 * @returns a function that gives the folder back; the end of the process does it too.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const file = `${folder}.lock`;
  const mine = identity(process.pid);
  // Written aside and linked into place, so that nobody ever reads a lock without its owner.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine);
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

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

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

/** A pid and, where Linux tells it, when that process started: pids come back, in containers at every start. */
const identity = (pid: number): string => `${pid}\n${startTime(pid)}`;

const pidOf = (owner: string): number => Number.parseInt(owner, 10);

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks from boot to the process's start. Empty elsewhere. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in parentheses, may hold anything, spaces and parentheses too.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // no /proc here, or no such process
  }
}

function isAlive(owner: string): boolean {
  const pid = pidOf(owner);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false; // EPERM: alive, and somebody else's
  }
  const started = owner.split('\n')[1] ?? '';
  return started === '' || started === startTime(pid);
}
