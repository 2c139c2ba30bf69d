import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { compiledPath } from '../setup/compiled.ts';

/** Starts a program of the tests in a separate process, which ends with the test at the latest. */
export function startProgram(program: URL, args: string[]): ChildProcess {
  const child = fork(compiledPath(fileURLToPath(program)), args, { execArgv: [] });
  onTestFinished(async () => {
    if (isRunning(child)) {
      child.kill('SIGKILL');
      await ended(child);
    }
  });
  return child;
}

/** Resolves once the process has ended, or at once if it already has. */
export async function ended(child: ChildProcess): Promise<void> {
  if (isRunning(child)) await once(child, 'exit');
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;
