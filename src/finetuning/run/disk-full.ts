import { ChispaError } from '../../lib/errors.ts';

/** No space, no quota, or no larger file allowed. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Runs `write`; where the disk cannot hold it, throws `disk-full` with what to do. */
export async function explainFullDisk<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && FULL.has(String(error.code)))) throw error;
    throw new ChispaError(
      'disk-full',
      `The disk has no room for ${folder}. The last checkpoint is kept: make room, then go on with --resume.`,
      { cause: error },
    );
  }
}
