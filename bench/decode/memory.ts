import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process in bytes. */
export interface Memory {
  now: number;
  peak: number;
  /** The part of `now` that is no file's: the system cannot drop it. Pages of files it drops if it needs the memory. */
  anonymous: number;
}

/** Memory of the largest among a process and its descendants: the one that holds the model. Linux only, else NaN. */
export function memoryOfLargest(pid: number): Memory {
  return descendants(pid)
    .map(memory)
    .reduce((a, b) => (b.now > a.now ? b : a), memory(pid));
}

/** The processes that a process has started, and theirs. */
export function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return []; // not Linux, or the process has just ended
  }
}

/** Linux only, else NaN. */
export function memory(pid: number): Memory {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
    return { now: bytes('VmRSS'), peak: bytes('VmHWM'), anonymous: bytes('RssAnon') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN, anonymous: Number.NaN };
  }
}
