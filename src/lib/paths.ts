import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder with package.json: the same whether the code runs from `src/` or from `dist/src/`, so that bundled assets
 * (models, migrations) are found from both.
 */
export const packageRoot: string = findUp(dirname(fileURLToPath(import.meta.url)));

function findUp(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json not found above the Chispa sources');
  return findUp(parent);
}
