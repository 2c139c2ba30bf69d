import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Manifest } from '../../src/models/manifest.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import type { PlainRecipe } from '../../src/prompt/recipe.ts';

/**
 * A copy of the bundled model in a new folder, which the caller removes. `prompt`: templates to change; undefined
 * removes one. `weights`: a byte that makes the weights different, with the same shape and nearly the same jokes.
 */
export function copyModel(
  name: string,
  { prompt = {}, weights }: { prompt?: Partial<PlainRecipe>; weights?: number } = {},
): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'chispa-model-')), name);
  // Not the cache: it identifies weights by file date.
  cpSync(bundledModelPath, folder, { recursive: true, filter: (path) => basename(path) !== '.cache' });
  const manifestPath = join(folder, 'chispa.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest; // our own file; validated when loaded
  const weightsPath = join(folder, 'model.safetensors');
  if (weights !== undefined) {
    const bytes = readFileSync(weightsPath);
    bytes.writeUInt8(weights, bytes.length - 4); // the least significant byte of the last float
    writeFileSync(weightsPath, bytes);
    manifest.files['model.safetensors'] = createHash('sha256').update(bytes).digest('hex');
  }
  writeFileSync(
    manifestPath,
    JSON.stringify({ ...manifest, name, prompt: { ...manifest.prompt, ...prompt } }),
  );
  return folder;
}
