import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../src/lib/paths.ts';
import {
  type ImportedModel,
  type ImportOptions,
  importFolder,
} from '../../../src/models/import/import-folder.ts';
import { temporaryFolder, tinyTokenizer } from '../tiny-model.ts';

export const torchFixtures = join(packageRoot, 'test/fixtures/torch');

/** A Hugging Face folder around a weights file written by PyTorch (`good/fp16.bin`), with the fixtures' config.json. */
export async function sourceFolder(weights: string): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(join(torchFixtures, 'config.json'), join(folder, 'config.json'));
  await copyFile(join(torchFixtures, weights), join(folder, 'pytorch_model.bin'));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  return folder;
}

/** Imports into a fresh models folder. `left` lists its contents afterwards, whether or not the import succeeded. */
export async function importInto(
  source: string,
  options: Partial<ImportOptions> = {},
): Promise<{ imported?: ImportedModel; error?: Error; left: string[]; modelsDir: string }> {
  const modelsDir = await temporaryFolder();
  const outcome = await importFolder(source, { modelsDir, name: 'imported', ...options }).then(
    (imported) => ({ imported }),
    (error: Error) => ({ error }),
  );
  return { ...outcome, left: await readdir(modelsDir), modelsDir };
}
