import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../lib/errors.ts';

const FOLDER = 0o700;
const FILE = 0o600;

/** What Chispa keeps in DATA_DIR. */
const OURS = /^(db|db\.lock.*|voter-secret.*)$/;

/**
 * Makes a data folder that only its owner can open. One that is there already is closed to others, unless somebody keeps
 * other things in it: then what lies in it is closed alone.
 */
export function makePrivate(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: FOLDER });
  const entries = readdirSync(dataDir, { withFileTypes: true });
  if (entries.every(({ name }) => OURS.test(name))) set(dataDir, FOLDER);
  for (const entry of entries.filter(({ name }) => OURS.test(name)))
    set(join(dataDir, entry.name), entry.isDirectory() ? FOLDER : FILE);
}

/** Closes a folder and everything in it. PGlite makes its files with mode 0666, whatever the umask is. */
export function closeToOthers(folder: string): void {
  set(folder, FOLDER);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) closeToOthers(path);
    else if (entry.isFile()) set(path, FILE);
  }
}

function set(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (error) {
    // Removed meanwhile, another user's, or a file system without modes: then the folder above must do.
    if (!hasCode(error, 'ENOENT', 'EPERM', 'ENOTSUP', 'EROFS')) throw error;
  }
}
