import { readFileSync } from 'node:fs';

/** A pid and, on Linux, when that process started: pids are reused, in containers on every start. */
export const processIdentity = (pid: number): string => `${pid}\n${startTime(pid)}`;

export const pidOf = (identity: string): number => Number.parseInt(identity, 10);

/** Whether the exact process of an identity is alive. */
export function isAlive(identity: string): boolean {
  const pid = pidOf(identity);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: alive, and owned by another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const started = identity.split('\n')[1] ?? '';
  return started === '' || started === startTime(pid);
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks from boot to the process's start. Empty elsewhere. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in parentheses, may contain anything, even spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // no /proc here, or no such process
  }
}
