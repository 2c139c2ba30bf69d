import { createInterface } from 'node:readline/promises';
import { UsageError } from '../lib/errors.ts';

/** Asks a question at the terminal. Throws `UsageError` with `otherwise`, which says what to do, where there is none. */
export async function confirmed(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError(`Cannot ask for confirmation without a terminal: ${otherwise}.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|s|sí|si)$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
