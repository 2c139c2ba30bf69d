import { loadConfig } from '../../config.ts';
import { ChispaError } from '../../lib/errors.ts';
import { resolveModel } from '../../models/registry.ts';
import * as verification from '../../models/verify.ts';
import { columns } from '../output/text.ts';

/** `chispa model verify`: exits with 1 when a file does not match the manifest, or the model is broken. */
export async function verifyModel(nameOrPath: string, { json = false }: { json?: boolean }): Promise<void> {
  const path = await resolveModel(nameOrPath, loadConfig());
  const { ok, files, faults } = await verification.verifyModel(path);
  if (json) process.stdout.write(`${JSON.stringify({ path, ok, files, faults })}\n`);
  else if (files.length > 0)
    process.stdout.write(`${columns(files.map(({ name, state }) => [state, name]))}\n`);
  if (ok) return;
  const wrong = files.filter(({ state }) => state !== 'ok').map(({ name, state }) => `${name} is ${state}`);
  throw new ChispaError(
    'model-damaged',
    `The model ${path} has changed: ${[...wrong, ...faults].join('; ')}`,
  );
}
