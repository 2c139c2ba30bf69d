import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/lib/paths.ts';

const BOX = 'packages/discord-in-a-box';
/** What ships. */
const PRODUCT = ['src', 'commands', `${BOX}/src`];
const REST = ['bench', 'corpus', 'experiments', 'scripts', 'test', `${BOX}/scripts`, `${BOX}/test`];
/** Imported by the name of their package. */
const PUBLIC = [`${BOX}/src/index.ts`, 'src/box.ts'];

/** By path. */
type Sources = ReadonlyMap<string, string>;

const sourcesIn = (folders: readonly string[]): Sources =>
  new Map(
    folders.flatMap((folder) =>
      readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|js|mjs)$/.test(name))
        .map((name) => [`${folder}/${name}`, readFileSync(join(packageRoot, folder, name), 'utf8')] as const),
    ),
  );

const FROM = String.raw`'(\.[^']*|discord-in-a-box)'`;
const IMPORT = new RegExp(`(?:^(?:import|export)|@import) (?:type )?([^;'"]*?) from ${FROM}`, 'gm');
const IMPORT_CALL = new RegExp(String.raw`\bimport\(${FROM}\)(?:\.(\w+))?`, 'g');

/** What a file takes from others, as `file#name`; `file#*` where it may be anything. */
function importsOf(file: string, source: string): string[] {
  const from = (target: string, name: string) =>
    `${target.startsWith('.') ? posix.join(posix.dirname(file), target) : PUBLIC[0]}#${name}`;
  const named = [...source.matchAll(IMPORT)].flatMap(([, clause = '', target = '']) =>
    clause.includes('*')
      ? [from(target, '*')]
      : [...clause.matchAll(/[{,]\s*(?:type )?(\w+)/g)].map(([, name = '']) => from(target, name)),
  );
  const called = [...source.matchAll(IMPORT_CALL)].map(([, target = '', name = '*']) => from(target, name));
  return [...named, ...called];
}

const EXPORT = /^export (?:async )?(?:const|let|class|function\*?|interface|type) (\w+)/;

/** The names that a file exports but nothing imports. A type may be exported for an export that mentions it. */
function unusedIn(file: string, source: string, imported: ReadonlySet<string>): string[] {
  if (imported.has(`${file}#*`)) return [];
  const statements = source.split(/\n(?=[a-z])/).filter((statement) => EXPORT.test(statement));
  return statements.flatMap((statement) => {
    const [declared = '', name = ''] = EXPORT.exec(statement) ?? [];
    const isType = / (interface|type) /.test(declared);
    const mention = new RegExp(String.raw`\b${name}\b`);
    const mentioned = isType && statements.some((other) => other !== statement && mention.test(other));
    return mentioned || imported.has(`${file}#${name}`) ? [] : [`${file}: ${name}`];
  });
}

function unused(product: Sources, rest: Sources): string[] {
  const all = [...product, ...rest];
  const imported = new Set(all.flatMap(([file, source]) => importsOf(file, source)));
  return [...product].flatMap(([file, source]) =>
    PUBLIC.includes(file) ? [] : unusedIn(file, source, imported),
  );
}

describe('an export', () => {
  it('is imported somewhere, or is a type that another export mentions', () => {
    expect(unused(sourcesIn(PRODUCT), sourcesIn(REST))).toEqual([]);
  });

  it('would be seen unused', () => {
    const product = new Map([
      [
        'src/a.ts',
        'export const one = 1;\nexport const two = 2;\nexport type Three = 3;\nexport type Four = 4;',
      ],
      [
        'src/b.ts',
        'export function five(): Six {}\nexport interface Six {}\nexport async function* seven() {}',
      ],
    ]);
    const rest = new Map([
      ['test/a.ts', "import { one, type Four as F } from '../src/a.ts';\nimport('../src/b.ts').five;"],
    ]);
    expect(unused(product, rest)).toEqual(['src/a.ts: two', 'src/a.ts: Three', 'src/b.ts: seven']);
    expect(
      unused(product, new Map([['x.ts', "import * as a from './src/a.ts';\nawait import('./src/b.ts')"]])),
    ).toEqual([]);
  });
});
