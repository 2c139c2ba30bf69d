import { readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { examples } from './options/examples.ts';
import { columns, fileSize } from './output/text.ts';

interface Options {
  dryRun?: boolean;
  json?: boolean;
}

/** A folder of onnxruntime-node with the binaries of one platform. */
interface Binaries {
  /** In Node.js terms: `linux/x64`. */
  platform: string;
  folder: string;
  bytes: number;
}

/** `chispa prune`: makes the installation smaller. Touches none of the bot's own data. */
export function register(program: Command): void {
  program
    .command('prune')
    .description("delete onnxruntime's binaries for other platforms from node_modules (some 250 MB)")
    .option('--dry-run', 'only show what would be deleted')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nJokes, votes and models are not touched. Installing the packages again (npm ci) brings the files back.',
    )
    .addHelpText('after', examples('prune --dry-run', 'prune'))
    .action(({ dryRun = false, json = false }: Options) => {
      const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
      const found = foreignBinaries(dirname(manifest));
      if (!dryRun) deleteBinaries(found);
      const bytes = found.reduce((sum, binaries) => sum + binaries.bytes, 0);
      if (json) process.stdout.write(`${JSON.stringify({ deleted: !dryRun, bytes, binaries: found })}\n`);
      else process.stdout.write(inWords(found, bytes, dryRun));
    });
}

/**
 * The binaries that onnxruntime-node, installed in `root`, contains for platforms other than this one.
 * @throws ChispaError when it has none for this one, since then all would look foreign
 */
export function foreignBinaries(root: string, own = `${process.platform}/${process.arch}`): Binaries[] {
  const all = subfolders(join(root, 'bin')).flatMap((api) =>
    subfolders(join(root, 'bin', api)).flatMap((platform) =>
      subfolders(join(root, 'bin', api, platform)).map((arch) => {
        const folder = join(root, 'bin', api, platform, arch);
        return { platform: `${platform}/${arch}`, folder, bytes: bytesIn(folder) };
      }),
    ),
  );
  if (!all.some(({ platform }) => platform === own))
    throw new ChispaError(
      'platform-missing',
      `${root} holds no binaries for ${own}: nothing was deleted. Install the packages again with: npm ci`,
    );
  return all.filter(({ platform }) => platform !== own);
}

const subfolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Total size of the files in a folder. */
export const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** @throws ChispaError when a folder may not be deleted by this user */
export function deleteBinaries(binaries: readonly Binaries[]): void {
  for (const { folder } of binaries)
    try {
      rmSync(folder, { recursive: true });
    } catch (cause) {
      throw new ChispaError(
        'not-pruned',
        `${folder} cannot be deleted (${messageOf(cause)}). Run this as the user who installed Chispa.`,
        { cause },
      );
    }
}

function inWords(found: readonly Binaries[], bytes: number, dryRun: boolean): string {
  if (found.length === 0) return 'There is nothing to delete: only the binaries of this platform are here.\n';
  const rows = found.map((binaries) => [binaries.platform, fileSize(binaries.bytes)]);
  return `${columns([['PLATFORM', 'SIZE'], ...rows])}\n${dryRun ? 'Would free' : 'Freed'} ${fileSize(bytes)}.\n`;
}
