/*
 * The disk space of a Chispa installation, per package, as npm makes it and after `chispa prune`:
 * npm run size [-- --json]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { columns, fileSize } from '../../src/cli/output/text.ts';
import { installPackage } from './install.ts';
import { packageSizes, totalOf } from './sizes.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
/** Smaller packages share one line. */
const LISTED = 1_000_000;

const installed = installPackage();
try {
  const modules = join(installed.folder, 'node_modules');
  const before = packageSizes(modules);
  installed.chispa('prune');
  const after = new Map(packageSizes(modules).map(({ name, bytes }) => [name, bytes]));
  const packages = before.map((size) => ({ ...size, pruned: after.get(size.name) ?? 0 }));
  const total = { bytes: totalOf(before), pruned: packages.reduce((sum, { pruned }) => sum + pruned, 0) };
  const platform = `${process.platform}/${process.arch}`;
  if (values.json) process.stdout.write(`${JSON.stringify({ platform, ...total, packages })}\n`);
  else process.stdout.write(`${table(packages, total)}\n`);
} finally {
  installed.remove();
}

type Row = { name: string; version: string; bytes: number; pruned: number };

function table(packages: readonly Row[], total: { bytes: number; pruned: number }): string {
  const small = packages.filter(({ bytes }) => bytes < LISTED);
  const rest = small.reduce((sum, { bytes }) => sum + bytes, 0);
  const row = (name: string, version: string, bytes: number, pruned: number) => [
    name,
    version,
    fileSize(bytes).padStart(8),
    fileSize(pruned).padStart(8),
  ];
  return columns([
    ['PACKAGE', 'VERSION', 'SIZE    ', 'AFTER chispa prune'],
    ...packages
      .filter(({ bytes }) => bytes >= LISTED)
      .map(({ name, version, bytes, pruned }) => row(name, version, bytes, pruned)),
    row(`${small.length} smaller ones`, '', rest, rest),
    row('all', '', total.bytes, total.pruned),
  ]);
}
