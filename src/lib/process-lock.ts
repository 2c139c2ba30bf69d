import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ChispaError, hasCode } from './errors.ts';
import { isAlive, pidOf, processIdentity } from './process-identity.ts';

/**
 * Takes a lock that only one process can hold at a time; `file` names the holder. A dead process's lock is taken over, by
 * exactly one of any number that try; a live one's is refused with the error that `refuse` makes from its pid.
 *
 * @returns a function that releases the lock; so does the end of the process.
 */
export async function lockByProcess(file: string, refuse: (holder: number) => Error): Promise<() => void> {
  const mine = processIdentity(process.pid);
  // Written to a draft and linked into place, so that nobody ever reads a lock without its owner.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    while (!succeeds(() => linkSync(draft, file), 'EEXIST')) await removeDeadLock(file, refuse);
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

/** The pid of the live process that holds a lock, if any. */
export function lockHolder(file: string): number | undefined {
  const owner = readLock(file);
  return owner !== undefined && isAlive(owner) ? pidOf(owner) : undefined;
}

async function removeDeadLock(file: string, refuse: (holder: number) => Error): Promise<void> {
  const owner = readLock(file);
  if (owner === undefined) return;
  if (isAlive(owner)) throw refuse(pidOf(owner));
  // Two processes may see the same dead owner; without taking turns, the slower would remove the faster one's new lock.
  const turn = `${file}.reaping`;
  for (let attempt = 0; !succeeds(() => mkdirSync(turn), 'EEXIST'); attempt++) {
    if (attempt === 100)
      throw new ChispaError(
        'lock-stuck',
        `${turn} was left behind by a process that was killed: delete it and start again.`,
      );
    await delay(20);
  }
  try {
    if (readLock(file) === owner) rmSync(file, { force: true });
  } finally {
    rmdirSync(turn);
  }
}

/** Whether the file operation succeeded; false if it failed with `code`. */
function succeeds(work: () => void, code: string): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (hasCode(error, code)) return false;
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
