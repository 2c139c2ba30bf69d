#!/usr/bin/env node
// The `chispa` tool: compiled in the installed package and in a checkout without development dependencies, through tsx
// in any other checkout. So `npx chispa` works in all of them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const tsx = existsSync(sources) ? tsxIfInstalled() : undefined;
if (tsx) runSources(sources, tsx);
else await import('../dist/src/cli/main.js');

function tsxIfInstalled() {
  try {
    return import.meta.resolve('tsx');
  } catch {
    return undefined;
  }
}

/** In a process of its own: conditions are options of Node.js itself. */
function runSources(main, loader) {
  const options = ['--conditions=@chispa/source', '--import', loader];
  const child = spawn(process.execPath, [...options, main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => {}); // a terminal sends it to both: the child decides when to end
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
