import { statfs } from 'node:fs/promises';
import { ChispaError } from '../../lib/errors.ts';

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

/** Throws `disk-full` when `folder`'s disk has no room for `bytes` more. */
export async function checkDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new ChispaError(
      'disk-full',
      `The model needs ${gigabytes(bytes)} in ${folder}, where ${gigabytes(bavail * bsize)} are free: make room or set MODELS_DIR to another disk.`,
    );
}

/** Converts the system's error for a full disk to `disk-full`, and returns any other error unchanged. */
export function asDiskError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
    ? new ChispaError(
        'disk-full',
        `There is no space left in ${folder}: free some or set MODELS_DIR to another disk.`,
        {
          cause: error,
        },
      )
    : error;
}
