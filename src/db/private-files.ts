import { chmodSync, type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChispaError, hasCode, messageOf } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';

const FOLDER = 0o700;
const FILE = 0o600;

/** The files Chispa keeps in DATA_DIR. */
const OURS = /^(db|db\.lock.*|db\.socket|voter-secret.*)$/;

/**
 * Creates a data folder that only its owner can open. An existing folder is made private too, unless it also contains
 * other files: then only Chispa's own files in it are.
 * @throws ChispaError `data-folder` if it cannot be created or read.
 */
export function makePrivate(dataDir: string): void {
  const entries = open(dataDir);
  if (entries.every(({ name }) => OURS.test(name))) set(dataDir, FOLDER);
  for (const entry of entries.filter(({ name }) => OURS.test(name)))
    set(join(dataDir, entry.name), entry.isDirectory() ? FOLDER : FILE);
}

function open(dataDir: string): Dirent[] {
  try {
    makeFolder(dataDir, FOLDER);
    return readdirSync(dataDir, { withFileTypes: true });
  } catch (error) {
    throw new ChispaError(
      'data-folder',
      `DATA_DIR cannot be created or read: ${messageOf(error)}. Set it to a folder that Chispa may write to.`,
      { cause: error },
    );
  }
}

/** Makes a folder and everything in it private. PGlite creates its files with mode 0666, whatever the umask is. */
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
    // Deleted in the meantime, owned by another user, or a file system without modes: then the parent folder must be
    // enough.
    if (!hasCode(error, 'ENOENT', 'EPERM', 'ENOTSUP', 'EROFS')) throw error;
  }
}
