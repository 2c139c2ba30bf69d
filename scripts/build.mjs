// Compiles the package to dist/ with the same layout as the sources, and copies the files that the code reads next to it.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

// The box first: Chispa is type-checked against what the box ships.
execFileSync(process.execPath, ['packages/discord-in-a-box/build.mjs'], { stdio: 'inherit' });
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
const assets = (from) =>
  cpSync(from, `dist/${from}`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
for (const folder of ['src', 'commands']) assets(folder);
