import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Voice } from '../db/voices.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { ADAPTER_FILES, adapterHash } from '../models/adapter-files.ts';

/** Checks that a voice's adapter is the one that was trained. Rejects with `voice-gone` or `voice-damaged`. */
export type AdapterCheck = (voice: Voice) => Promise<void>;

/** Hashes an adapter when it is first seen, and again whenever its files have changed. */
export function createAdapterCheck(): AdapterCheck {
  const intact = new Map<string, string>();
  return async ({ id, folder, sha256, retiredAt }) => {
    if (retiredAt) throw new ChispaError('voice-gone', `The voice ${id} is no longer kept.`);
    try {
      const files = await Promise.all(ADAPTER_FILES.map((name) => stat(join(folder, name))));
      const stamp = files.map(({ mtimeMs, size }) => `${mtimeMs} ${size}`).join();
      if (intact.get(id) === stamp) return;
      const found = await adapterHash(folder);
      if (found !== sha256)
        throw new ChispaError('voice-damaged', `The adapter ${folder} is not the one that was trained.`);
      intact.set(id, stamp);
    } catch (cause) {
      if (cause instanceof ChispaError) throw cause;
      throw new ChispaError('voice-gone', `The adapter ${folder} cannot be read: ${messageOf(cause)}`, {
        cause,
      });
    }
  };
}
