import { readFile, stat } from 'node:fs/promises';

/**
 * Throws for a path that is there and no file. A named pipe that is opened waits for somebody to write into it, in a
 * thread that no signal reaches.
 */
export async function demandFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // opening it says why
  if (found && !found.isFile()) throw new Error(`${path} is not a file`);
}

/** The text of a file of UTF-8. Throws as `readFile` does, and for what is no file. */
export async function readTextFile(path: string): Promise<string> {
  await demandFile(path);
  return readFile(path, 'utf8');
}
