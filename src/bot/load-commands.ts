import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import type { Command } from './command.ts';

const FOLDER = new URL('../../commands/', import.meta.url); // next to src/, or next to dist/src/ once compiled

const callable = z.custom((value) => typeof value === 'function');
const commandShape = z.object({
  data: z.looseObject({ name: z.string().min(1), toJSON: callable }),
  execute: callable.optional(),
  executeOnMessage: callable.optional(),
});

/**
 * Loads every command in `commands/`, keyed by name: a file, or a folder whose `index` is the command and whose other
 * files are its parts. Throws a `ChispaError` that names the file if one exports no command.
 */
export async function loadCommands(): Promise<Map<string, Command>> {
  const files = (await readdir(FOLDER, { recursive: true })).filter(
    (file) => /^([^/\\]+|[^/\\]+[/\\]index)\.(ts|js)$/.test(file) && !file.endsWith('.d.ts'),
  );
  const commands = new Map<string, Command>();
  for (const file of files.sort()) {
    const { default: command }: { default?: unknown } = await import(new URL(file, FOLDER).href);
    if (!isCommand(command)) {
      throw new ChispaError('command', `commands/${file} does not export a command: { data, execute }`);
    }
    if (commands.has(command.data.name)) {
      throw new ChispaError('command', `commands/${file} repeats the command name "${command.data.name}"`);
    }
    commands.set(command.data.name, command);
  }
  return commands;
}

function isCommand(value: unknown): value is Command {
  const parsed = commandShape.safeParse(value);
  return parsed.success && Boolean(parsed.data.execute ?? parsed.data.executeOnMessage);
}
