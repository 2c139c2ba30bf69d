import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/paths.ts';

export interface InstalledPackage {
  /** The folder it was installed in, which contains nothing else. */
  folder: string;
  /** The Node.js that runs it. */
  node: string;
  /** The installed tool's file. */
  tool: string;
  /**
   * Runs that Node.js in the folder and returns what it prints on stdout.
   * @throws Error if it fails, warns, or takes longer than two minutes
   */
  run(args: readonly string[]): string;
  /** Runs the installed tool in the same way. */
  chispa(...args: string[]): string;
  /** Deletes the folder. */
  remove(): void;
}

/**
 * Packs Chispa as `npm publish` would and installs it as a user does, without dev dependencies, in an empty folder.
 * With `CHISPA_ARCHIVES`, a folder in which `npm pack` has put the packages already, it installs those.
 * @param node the Node.js that runs it
 */
export function installPackage(node = process.execPath): InstalledPackage {
  const { folder, remove } = install((folder) => {
    const archives = process.env.CHISPA_ARCHIVES ?? pack(join(folder, 'archives'));
    return readdirSync(archives).map((file) => join(archives, file));
  });
  const tool = join(folder, 'node_modules/chispa/bin/chispa.mjs');
  const run = (args: readonly string[]) => {
    const { status, signal, stdout, stderr } = spawnSync(node, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status === 0 && !/warning/i.test(stderr)) return stdout;
    throw new Error(`${[node, ...args].join(' ')} ended with ${status ?? signal}: ${stderr}`);
  };
  return { folder, node, tool, run, chispa: (...args) => run([tool, ...args]), remove };
}

/** Packs Chispa and the packages of its workspace. */
function pack(archives: string): string {
  mkdirSync(archives);
  const workspaces = readdirSync(join(packageRoot, 'packages')).map((name) => `./packages/${name}`);
  npm(packageRoot, 'pack', '--pack-destination', archives, '.', ...workspaces);
  return archives;
}

/** Installs another version of Node.js, for instance 24, through the npm package `node`. */
export function installNode(version: string): { path: string; remove(): void } {
  const { folder, remove } = install(() => [`node@${version}`]);
  return { path: join(folder, 'node_modules/node/bin/node'), remove };
}

/** A new folder with the packages that `prepare` names; nothing is left behind if that fails. */
function install(prepare: (folder: string) => string[]): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-installed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n');
    npm(folder, 'install', '--omit=dev', ...prepare(folder));
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Runs npm in a folder; what it prints goes to stderr. */
function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    stdio: ['ignore', process.stderr, process.stderr],
    // onnxruntime-node's own install script would fetch hundreds of megabytes of CUDA on Linux.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}
