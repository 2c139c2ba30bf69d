import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/lib/paths.ts';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const dependencies = Object.keys(JSON.parse(read('package.json')).dependencies).sort();

/** The packages that the sources below a folder import. */
function importedBy(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => ts.preProcessFile(read(join(folder, file)), true, true).importedFiles)
    .filter(({ fileName }) => !fileName.startsWith('.') && !isBuiltin(fileName))
    .map(({ fileName }) => fileName.split('/', fileName.startsWith('@') ? 2 : 1).join('/'));
}

describe('the dependencies of package.json', () => {
  it('are those that docs/architecture.md gives reasons for', () => {
    const [, table = ''] = read('docs/architecture.md').split(
      /^## Dependencies, and why$[^|]*\n\| package .*\n.*\n/m,
    );
    const names = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
    expect(names.sort()).toEqual(dependencies);
  });

  it('are what the package imports', () => {
    const readAsData = 'naughty-words';
    const imported = new Set([...importedBy('src'), ...importedBy('commands'), readAsData]);
    expect([...imported].sort()).toEqual(dependencies);
  });
});
