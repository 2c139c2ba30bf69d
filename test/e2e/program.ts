import { type ChildProcess, spawn } from 'node:child_process';
import { packageRoot } from '../../src/lib/paths.ts';
import { chispaTool } from '../setup/compiled.ts';

export interface Spawned {
  child: ChildProcess;
  /** All output so far. */
  output(): string;
  /** Resolves to the match once it is in the output; rejects if the program ends without it. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves to the exit code, or to the signal that killed it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Runs the `chispa` tool in its own process and process group. `asNpm`: as the child of a shell that waits for it. */
export function spawnChispa(
  args: readonly string[],
  env: Record<string, string> = {},
  { asNpm = false } = {},
): Spawned {
  const command = [process.execPath, chispaTool, ...args];
  const [program = '', ...rest] = asNpm ? ['sh', '-c', '"$@" & wait', 'sh', ...command] : command;
  const child = spawn(program, rest, {
    cwd: packageRoot,
    detached: true,
    env: { ...process.env, DISCORD_TOKEN: '', DATABASE_URL: '', BOX_PORT: '0', LOG_LEVEL: 'warn', ...env },
  });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  return {
    child,
    output: () => text,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = text.match(pattern);
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        ended.then(
          (code) => reject(new Error(`ended with ${code} before printing ${pattern}:\n${text}`)),
          reject,
        );
      }),
  };
}

/** Sends a signal to the program's whole process group, as a terminal does. */
export function signalGroup({ child }: Spawned, signal: NodeJS.Signals): void {
  if (child.pid) process.kill(-child.pid, signal);
}

/** Whether any process in the program's group is left. */
export function groupIsAlive({ child }: Spawned): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, 0);
  } catch {
    return false; // ESRCH: no such process
  }
}
