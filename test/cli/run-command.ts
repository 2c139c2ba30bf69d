import { vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

export interface Run {
  stdout: string;
  stderr: string;
  /** What the command threw, including `UsageError`s and commander's errors. */
  error?: Error;
}

/** Runs the `chispa` tool in this process with these environment variables, and captures its output. */
export async function runCommand(args: readonly string[], env: Record<string, string>): Promise<Run> {
  const run: Run = { stdout: '', stderr: '' };
  const catchInto = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk: string | Uint8Array) => {
      run[name] += String(chunk);
      return true;
    });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const spies = [catchInto('stdout'), catchInto('stderr')];
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    run.error = error instanceof Error ? error : new Error(String(error));
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return run;
}
