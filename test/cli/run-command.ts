import { Command } from 'commander';
import { vi } from 'vitest';

export interface Run {
  stdout: string;
  stderr: string;
  /** What the command threw, `UsageError`s and commander's refusals included. */
  error?: Error;
}

/** Runs a subcommand as `chispa` would, in this process, with these environment variables; catches what it prints. */
export async function runCommand(
  { register }: { register(program: Command): void },
  args: readonly string[],
  env: Record<string, string>,
): Promise<Run> {
  const run: Run = { stdout: '', stderr: '' };
  const catchInto = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk: string | Uint8Array) => {
      run[name] += String(chunk);
      return true;
    });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const spies = [catchInto('stdout'), catchInto('stderr')];
  try {
    const program = new Command('chispa');
    register(program);
    for (const command of [
      program,
      ...program.commands,
      ...program.commands.flatMap((child) => child.commands),
    ])
      command.exitOverride();
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    run.error = error instanceof Error ? error : new Error(String(error));
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return run;
}
