import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sha256File } from './hash.ts';

/** The files of an adapter folder in PEFT's layout. */
export const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;

/** sha256 over the sha256 of each of an adapter's files: its identity. Rejects when one cannot be read. */
export async function adapterHash(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ADAPTER_FILES) hash.update(await sha256File(join(folder, name)));
  return hash.digest('hex');
}
