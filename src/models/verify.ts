import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { describeModel } from './describe.ts';
import { openModelFolder } from './folder.ts';
import { sha256File } from './hash.ts';
import { finiteChunks } from './import/finite.ts';
import { chunkReader } from './import/source.ts';

export interface Verification {
  ok: boolean;
  /** Every file in the manifest, compared with its hash. */
  files: { name: string; state: 'ok' | 'changed' | 'missing' }[];
  /** Faults of the model as a whole: parts that do not match, non-finite weights. */
  faults: string[];
}

/** Rehashes every file of a model, checks that its parts match, and looks for NaN and infinity in its weights. */
export async function verifyModel(path: string): Promise<Verification> {
  const files: Verification['files'] = [];
  const faults: string[] = [];
  try {
    const { manifest } = await describeModel(path);
    for (const [name, hash] of Object.entries(manifest?.files ?? {})) {
      const file = join(path, name);
      const present = await stat(file).catch(() => undefined);
      files.push({
        name,
        state: !present ? 'missing' : (await sha256File(file)) === hash ? 'ok' : 'changed',
      });
    }
    const { weights } = await openModelFolder(path);
    const read = chunkReader(weights.path);
    for (const { name, dtype, offset, length } of weights.tensors.values())
      for await (const _ of finiteChunks(name, dtype, read(offset, length)));
  } catch (error) {
    faults.push(messageOf(error));
  }
  return { ok: faults.length === 0 && files.every(({ state }) => state === 'ok'), files, faults };
}
