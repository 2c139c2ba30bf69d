import { ChispaError } from '../../lib/errors.ts';

/** No space left, quota exceeded, or file too large. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Runs `write`; if the disk is full, throws `disk-full` with advice. */
export async function explainFullDisk<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && FULL.has(String(error.code)))) throw error;
    throw new ChispaError(
      'disk-full',
      `The disk has no room for ${folder}. The last checkpoint is kept: make room, then continue with --resume.`,
      { cause: error },
    );
  }
}
