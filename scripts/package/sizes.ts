import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bytesIn } from '../../src/cli/prune.ts';

export interface PackageSize {
  name: string;
  version: string;
  /** The total size of its files, including nested packages. */
  bytes: number;
}

const manifest = z.object({ version: z.string() });

/** The packages of a node_modules folder, largest first. */
export function packageSizes(modules: string): PackageSize[] {
  const sizes = namesIn(modules).map((name) => ({
    name,
    version: manifest.parse(JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))).version,
    bytes: bytesIn(join(modules, name)),
  }));
  return sizes.sort((a, b) => b.bytes - a.bytes);
}

export const totalOf = (sizes: readonly PackageSize[]): number =>
  sizes.reduce((sum, { bytes }) => sum + bytes, 0);

const namesIn = (modules: string): string[] =>
  readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((child) => `${name}/${child}`) : [name],
    );
