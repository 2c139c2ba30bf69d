/*
 * Packs Chispa, installs it in an empty folder and uses it as a newcomer would: npm run smoke [-- --node 24]
 * --node runs it on that version of Node.js, installed from npm. Exits 1 at the first failure.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileSize } from '../../src/cli/output/text.ts';
import { type InstalledPackage, installNode, installPackage } from './install.ts';
import { packageSizes, totalOf } from './sizes.ts';
import { check, driverOf, say, walk } from './walk.ts';

/** The most bytes that an installation may take after `chispa prune`. */
const LARGEST = 250_000_000;

const { values } = parseArgs({ options: { node: { type: 'string' } } });
const runtime = values.node === undefined ? undefined : installNode(values.node);
let installed: InstalledPackage | undefined;
try {
  installed = installPackage(runtime?.path);
  say('Node.js', installed.run(['--version']));
  say('chispa', installed.chispa('--version'));
  const text = generate(installed);
  say('generate', text);
  const { folder, node, tool } = installed;
  await walk({ command: node, args: [tool, 'start'], cwd: folder, driver: driverOf(folder) });
  installed.chispa('prune');
  const size = totalOf(packageSizes(join(installed.folder, 'node_modules')));
  check(size < LARGEST, `${fileSize(size)} are left after chispa prune, more than ${fileSize(LARGEST)}`);
  check(generate(installed) === text, 'the model writes something else after chispa prune');
  say('size', `${fileSize(size)} after chispa prune`);
} finally {
  installed?.remove();
  runtime?.remove();
}

function generate({ chispa }: InstalledPackage): string {
  const line = chispa('generate', 'Había una vez', '--seed', '7', '--max-tokens', '12', '--json');
  const { text } = JSON.parse(line);
  check(text.startsWith('Había una vez'), `generate wrote ${line}`);
  return text;
}
