import { readFile, stat } from 'node:fs/promises';

/**
 * Throws if a path exists but is not a regular file. Opening a named pipe would wait for a writer in a thread that no
 * signal can interrupt.
 */
export async function demandFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // opening it reports why
  if (found && !found.isFile()) throw new Error(`${path} is not a file`);
}

/** The text of a UTF-8 file. Throws as `readFile` does, and if it is not a regular file. */
export async function readTextFile(path: string): Promise<string> {
  await demandFile(path);
  return readFile(path, 'utf8');
}
