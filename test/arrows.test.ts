import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/lib/paths.ts';

/**
 * Which rooms and packages each room may import, as docs/architecture.md draws it; everyone may use lib.
 * `*` is the composition root: it may use everything.
 */
const MAY_IMPORT: Record<string, { rooms: string[]; never?: RegExp }> = {
  commands: { rooms: ['bot', 'discord', 'db'] },
  bot: { rooms: ['discord', 'safety', 'queue', 'db'] },
  discord: { rooms: ['db'], never: /drizzle|postgres|pglite|pg-boss|onnx/ },
  generator: { rooms: ['discord', 'safety', 'engine', 'models', 'queue', 'db'] },
  trainer: {
    rooms: ['learning', 'training', 'corpus', 'safety', 'engine', 'models', 'queue', 'db'],
    never: /discord/,
  },
  learning: { rooms: ['training', 'corpus'], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  engine: { rooms: ['graph', 'models'], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  training: {
    rooms: ['graph', 'models', 'corpus', 'engine'],
    never: /discord|drizzle|postgres|pglite|pg-boss/,
  },
  graph: { rooms: ['models'], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  models: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  corpus: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  safety: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  queue: { rooms: ['db'], never: /discord|onnx/ },
  db: { rooms: [], never: /discord|onnx/ },
  box: { rooms: [], never: /discord\.js|drizzle|postgres|pglite|pg-boss|onnx/ },
  lib: { rooms: [] },
  'config.ts': { rooms: ['learning'] },
  'main.ts': { rooms: ['*'] },
  cli: { rooms: ['*'] },
};

interface Import {
  file: string;
  room: string;
  target: string;
}

const SOURCES = ['src', 'commands'].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(packageRoot, folder, file)),
);

/** `commands`, the folder under src, or the file at its top. */
function roomOf(file: string): string {
  const [top = '', room = ''] = relative(packageRoot, file).split('/');
  return top === 'src' ? room : top;
}

function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => ({
    file: relative(packageRoot, file),
    room: roomOf(file),
    target: fileName,
  }));
}

/** Why an import crosses an arrow, or undefined. */
function violation({ file, room, target }: Import): string | undefined {
  const rule = MAY_IMPORT[room];
  if (!rule) return `${file}: the room "${room}" is not in the drawing`;
  if (!target.startsWith('.')) {
    return rule.never?.test(target) ? `${file}: ${room} must not use ${target}` : undefined;
  }
  const to = roomOf(resolve(packageRoot, dirname(file), target));
  const allowed =
    to === room || rule.rooms.includes('*') || rule.rooms.includes(to) || (to === 'lib' && room !== 'box');
  return allowed ? undefined : `${file}: ${room} must not import ${to} (${target})`;
}

describe('the arrows between rooms', () => {
  it('go only the ways that the architecture draws', () => {
    const imports = SOURCES.flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(violation).filter(Boolean)).toEqual([]);
  });

  it('would be seen crossed', () => {
    expect(violation({ file: 'src/graph/x.ts', room: 'graph', target: '../db/schema.ts' })).toContain(
      'must not import db',
    );
    expect(violation({ file: 'src/engine/x.ts', room: 'engine', target: 'discord.js' })).toContain(
      'discord.js',
    );
    expect(violation({ file: 'src/box/x.ts', room: 'box', target: '../lib/log.ts' })).toContain(
      'must not import lib',
    );
  });
});
