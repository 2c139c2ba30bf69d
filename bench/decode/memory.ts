import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process in bytes, whether it is needed or not. */
export interface Memory {
  now: number;
  peak: number;
}

/**
 * Memory of the largest among a process and its descendants: the one that holds the model. `needed`: what no file could
 * give back (anonymous), and of the pages of files, such as weights and libraries, those touched since `forgetTouched`.
 * The system drops the others when it needs the memory, and nobody notices. Linux only, else NaN.
 */
export function memoryOfLargest(pid: number): Memory & { needed: number } {
  const [largest = pid] = [pid, ...descendants(pid)]
    .map((each) => [each, memory(each).now || 0] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([each]) => each);
  return { ...memory(largest), needed: neededBytes(largest) };
}

/** From now on, `needed` counts the pages of files that a process and its descendants touch. */
export function forgetTouched(pid: number): void {
  for (const each of [pid, ...descendants(pid)])
    try {
      writeFileSync(`/proc/${each}/clear_refs`, '1');
    } catch {
      // not Linux, or the process has just ended
    }
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
    return { now: bytes(status, 'VmRSS'), peak: bytes(status, 'VmHWM') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
}

function neededBytes(pid: number): number {
  try {
    const maps = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
    // A mapping is of a file or anonymous, but for the few pages of a library that were written.
    return maps
      .map((map) => Math.max(bytes(map, 'Anonymous'), bytes(map, 'Referenced')))
      .reduce((sum, each) => sum + each, 0);
  } catch {
    return Number.NaN;
  }
}

const bytes = (text: string, name: string): number =>
  1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
