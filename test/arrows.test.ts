import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/lib/paths.ts';

/**
 * Which rooms and packages each room may import, as docs/architecture.md draws it; everyone may use lib.
 * `types` are rooms of which only types may be imported. `*` is the composition root: it may use everything.
 */
const MAY_IMPORT: Record<string, { rooms: string[]; types?: string[]; never?: RegExp }> = {
  commands: { rooms: ['bot', 'discord', 'db'] },
  bot: { rooms: ['discord', 'safety', 'queue', 'db', 'corpus'] },
  discord: { rooms: ['db', 'corpus', 'safety'], never: /drizzle|postgres|pglite|pg-boss|onnx/ },
  generator: { rooms: ['discord', 'safety', 'judge', 'engine', 'models', 'queue', 'db', 'corpus'] },
  trainer: {
    rooms: ['trainer/policy', 'judge', 'finetuning', 'corpus', 'safety', 'engine', 'models', 'queue', 'db'],
    never: /discord/,
  },
  'trainer/policy': {
    rooms: ['finetuning', 'corpus'],
    never: /discord|drizzle|postgres|pglite|pg-boss|onnx/,
  },
  judge: { rooms: ['corpus'], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  engine: { rooms: ['graph', 'models', 'prompt'], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  finetuning: {
    rooms: ['graph', 'models', 'prompt', 'corpus', 'engine'],
    never: /discord|drizzle|postgres|pglite|pg-boss/,
  },
  graph: { rooms: ['models'], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  models: { rooms: ['prompt'], never: /discord|drizzle|postgres|pglite|pg-boss/ },
  prompt: { rooms: ['corpus'], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  corpus: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  safety: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  queue: { rooms: ['db'], never: /discord|onnx/ },
  db: { rooms: [], types: ['trainer/policy', 'judge'], never: /discord|onnx/ },
  'discord-in-a-box': { rooms: [], never: /^(?!node:|ws$|zod$|discord-api-types\/)/ },
  monitor: { rooms: [], never: /discord|drizzle|postgres|pglite|pg-boss|onnx/ },
  'box.ts': { rooms: [] },
  lib: { rooms: [] },
  'config.ts': { rooms: ['trainer/policy', 'db'] },
  'main.ts': { rooms: ['*'] },
  cli: { rooms: ['*'] },
};

interface Import {
  file: string;
  room: string;
  target: string;
  /** Erased when it is compiled. */
  typeOnly: boolean;
}

const SOURCES = ['src', 'commands', 'packages/discord-in-a-box/src'].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(packageRoot, folder, file)),
);

/** `commands`, a package of the workspace, the folder under src, a room inside such a folder, or the file at its top. */
function roomOf(file: string): string {
  const [top = '', room = '', inner = ''] = relative(packageRoot, file).split('/');
  if (top === 'packages') return room;
  if (top !== 'src') return top;
  return `${room}/${inner}` in MAY_IMPORT ? `${room}/${inner}` : room;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const { importedFiles } = ts.preProcessFile(source, true, true);
  return importedFiles.map(({ fileName, pos }) => ({
    file: relative(packageRoot, file),
    room: roomOf(file),
    target: fileName,
    typeOnly: /^(import|export) type [^;]*$/m.test(source.slice(source.lastIndexOf(';', pos) + 1, pos)),
  }));
}

/** Why an import crosses an arrow, or undefined. */
function violation({ file, room, target, typeOnly }: Import): string | undefined {
  const rule = MAY_IMPORT[room];
  if (!rule) return `${file}: the room "${room}" is not in the drawing`;
  if (target === 'onnxruntime-node' && file !== 'src/lib/onnxruntime.ts')
    return `${file}: onnxruntime is imported by src/lib/onnxruntime.ts, which keeps it silent`;
  if (!target.startsWith('.')) {
    if (target === 'discord-in-a-box' && !(rule.rooms.includes('*') || room === 'box.ts')) {
      return `${file}: ${room} must not know of the box`;
    }
    return rule.never?.test(target) ? `${file}: ${room} must not use ${target}` : undefined;
  }
  const to = roomOf(resolve(packageRoot, dirname(file), target));
  const allowed =
    to === room ||
    rule.rooms.includes('*') ||
    rule.rooms.includes(to) ||
    (typeOnly && rule.types?.includes(to)) ||
    (to === 'lib' && room !== 'discord-in-a-box');
  return allowed ? undefined : `${file}: ${room} must not import ${to} (${target})`;
}

/** What imports itself in the end, each as the files from one back to it. `imports`: what each file imports. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) follow(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return circles;
}

describe('the arrows between rooms', () => {
  it('go only the ways that the architecture draws', () => {
    const imports = SOURCES.flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(violation).filter(Boolean)).toEqual([]);
  });

  it('would be seen crossed', () => {
    const bare = { file: 'src/engine/x.ts', room: 'engine', target: 'onnxruntime-node', typeOnly: false };
    expect(violation(bare)).toContain('silent');
    const crossed = (room: string, target: string, typeOnly = false) =>
      violation({ file: `src/${room}/x.ts`, room, target, typeOnly });
    expect(crossed('graph', '../db/schema.ts')).toContain('must not import db');
    expect(crossed('engine', 'discord.js')).toContain('discord.js');
    expect(crossed('bot', 'discord-in-a-box')).toContain('must not know of the box');
    expect(crossed('discord-in-a-box', '../lib/log.ts')).toContain('must not import lib');
    expect(crossed('discord-in-a-box', 'discord.js')).toContain('must not use discord.js');
    expect(crossed('trainer/policy', '../lease.ts')).toContain('must not import trainer');
    expect(crossed('db', '../trainer/policy/gate.ts')).toContain('must not import trainer/policy');
    expect(crossed('db', '../trainer/policy/gate.ts', true)).toBeUndefined();
  });
});

describe('the files of a room', () => {
  it('import one another in one direction only, types too', () => {
    const imports = new Map<string, string[]>();
    for (const file of SOURCES) {
      const targets = importsOf(file).filter(({ target }) => target.startsWith('.'));
      const paths = targets.map(({ target }) => relative(packageRoot, resolve(dirname(file), target)));
      imports.set(relative(packageRoot, file), paths);
    }
    expect([...imports.values()].flat().filter((file) => imports.has(file)).length).toBeGreaterThan(500);
    expect(circlesIn(imports)).toEqual([]);
  });

  it('would be seen going round', () => {
    const files = { a: ['b', 'c'], b: ['d'], c: ['d', 'e'], d: [], e: ['c', 'a'] };
    expect(circlesIn(new Map(Object.entries(files)))).toEqual(['c → e → c', 'a → c → e → a']);
  });
});
