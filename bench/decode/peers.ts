import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import '../../src/lib/no-telemetry.ts';
import { packageRoot } from '../../src/lib/paths.ts';

/** Everything that benchmarks generate goes here; git-ignored and safe to delete. */
export const benchFolder: string = join(packageRoot, '.cache', 'bench');
const peersFolder = join(benchFolder, 'peers');

/** The peers are not dependencies of the project; the benchmark installs them itself. */
const PEERS = { '@huggingface/transformers': '4.3.0', 'node-llama-cpp': '3.22.0' };

export function installPeers(): void {
  if (Object.keys(PEERS).every((name) => existsSync(join(peersFolder, 'node_modules', name)))) return;
  console.error(`Installing ${Object.keys(PEERS).join(' and ')} into ${peersFolder} …`);
  mkdirSync(peersFolder, { recursive: true });
  // Otherwise onnxruntime-node downloads CUDA libraries, which nothing here uses.
  writeFileSync(join(peersFolder, '.npmrc'), 'onnxruntime-node-install=skip\n');
  writeFileSync(join(peersFolder, 'package.json'), JSON.stringify({ private: true, dependencies: PEERS }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: peersFolder,
    stdio: ['ignore', 2, 2],
  });
}

/** Imports a file of an installed peer; `Module` is the part that the caller uses. */
export const importPeer = async <Module>(file: string): Promise<Module> =>
  import(pathToFileURL(join(peersFolder, 'node_modules', file)).href) as Promise<Module>;
