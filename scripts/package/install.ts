import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/paths.ts';

export interface InstalledPackage {
  /** The folder it was installed in; nothing else is there. */
  folder: string;
  /** The installed tool, for `node`. */
  tool: string;
  /**
   * Runs the installed tool in the folder and returns what it prints on stdout.
   * @throws Error when it fails or takes longer than a minute
   */
  chispa(...args: string[]): string;
  /** Deletes the folder. */
  remove(): void;
}

/**
 * Packs Chispa as `npm publish` would and installs it as a user does, without dev dependencies, in an empty folder.
 * @param node the Node.js that runs it
 */
export function installPackage(node = process.execPath): InstalledPackage {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-installed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archives = join(folder, 'archives');
    mkdirSync(archives);
    npm(packageRoot, 'pack', '--pack-destination', archives, ...packages());
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    npm(folder, 'install', '--omit=dev', ...readdirSync(archives).map((file) => join(archives, file)));
    rmSync(archives, { recursive: true });
  } catch (error) {
    remove();
    throw error;
  }
  const tool = join(folder, 'node_modules/chispa/dist/src/cli/main.js');
  return {
    folder,
    tool,
    chispa: (...args) =>
      execFileSync(node, [tool, ...args], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 60_000,
      }),
    remove,
  };
}

/** The folders to pack: the root and its workspaces. */
function packages(): string[] {
  const workspaces = readdirSync(join(packageRoot, 'packages'));
  return ['.', ...workspaces.map((name) => `./packages/${name}`)];
}

/** Runs npm in a folder; what it prints goes to stderr. */
export function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    stdio: ['ignore', process.stderr, process.stderr],
    // onnxruntime-node's own install script would fetch some hundred MB of CUDA on Linux.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}
