import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from './errors.ts';

/**
 * Creates a folder and those above it, if missing. Node's own `recursive` tries forever where that is impossible, as in
 * /proc.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    create(folder, mode);
  } catch (error) {
    const above = dirname(folder);
    if (!hasCode(error, 'ENOENT') || above === folder) throw error;
    makeFolder(above, mode);
    create(folder, mode);
  }
}

function create(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!hasCode(error, 'EEXIST') || !statSync(folder).isDirectory()) throw error;
  }
}
