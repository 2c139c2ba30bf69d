import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

export interface Called {
  command: string;
  arguments: unknown[];
  options: Record<string, unknown>;
}

/** A program that only records the arguments of its subcommand. */
export function idleProgram() {
  const program = createProgram();
  const called: Called[] = [];
  for (const command of leaves(program))
    command.action((...given: unknown[]) => {
      called.push({
        command: command.name(),
        arguments: given.slice(0, -2),
        options: command.opts(),
      });
    });
  return { program, called };
}

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

/** Splits a command line into words as a shell does, without redirections. */
export const words = (line: string): string[] =>
  [...line.replace(/ [<>].*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
