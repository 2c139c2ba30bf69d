import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { packageRoot } from '../src/lib/paths.ts';
import { withoutSecrets } from '../src/lib/secrets.ts';
import { compiledRoot } from './setup/compiled.ts';

let folder: string;
let envFile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chispa-config-'));
  envFile = join(folder, '.env');
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (environment: Record<string, string>, file = '') => {
  writeFileSync(envFile, file);
  return loadConfig(environment, envFile);
};

describe('configuration', () => {
  it('has a default for everything', () => {
    const config = loadConfig({}, join(folder, 'no such file'));
    expect(config).toMatchObject({ model: 'mini-es', boxPort: 8787, logLevel: 'info', provider: 'auto' });
    expect(config.discordToken).toBeUndefined();
    expect(config.threads).toBe(Math.max(1, availableParallelism() - 1));
  });

  it('lets the environment win over .env, and counts an empty value as unset', () => {
    expect(load({ BOX_PORT: '1' }, 'BOX_PORT=2').boxPort).toBe(1);
    expect(load({ BOX_PORT: '' }, 'BOX_PORT=2').boxPort).toBe(2);
    expect(load({ BOX_PORT: ' ' }, 'BOX_PORT=').boxPort).toBe(8787);
  });

  it.each([
    ['BOX_PORT', 'abc'],
    ['BOX_PORT', '70000'],
    ['BOX_PORT', '-1'],
    ['THREADS', '0'],
    ['THREADS', '1.5'],
    ['LOG_LEVEL', 'loud'],
    ['EXECUTION_PROVIDER', 'tpu'],
    ['ENGINE', 'localhost:8000/v1'],
    ['ENGINE', 'http://me:key@localhost:8000/v1'],
    ['ENGINE', 'http://localhost:8000/v1?key=x'],
    ['DATABASE_URL', 'mysql://localhost'],
    ['DISCORD_TOKEN', 'my token'],
    ['VOTER_SECRET', 'short'],
    ['OWNER_IDS', 'ana'],
    ['BLOCKED_USERS', '12'],
    ['SHARDS', '4-3/16'],
    ['SHARDS', '0-16/16'],
    ['LEARN_SCHEDULE', 'weekly'],
    ['LEARN_MINUTES', '0'],
    ['AB_SHARE', '1.5'],
    ['GATE_SIGNIFICANCE', '0.9'],
  ])('refuses %s=%s in one line that names it and shows a good value', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(
      new RegExp(`^${name} is wrong: .* A good value: ${name}=\\S.*$`),
    );
  });

  it('reads who hosts, and when to learn', () => {
    expect(load({ OWNER_IDS: '80351110224678912, 80351110224678913', LEARN_SCHEDULE: 'off' })).toMatchObject({
      ownerIds: ['80351110224678912', '80351110224678913'],
      learnSchedule: undefined,
    });
    expect(load({})).toMatchObject({ ownerIds: [], learnSchedule: '0 4 * * 1', abShare: 0.5 });
    expect(load({ GATE_HELD_OUT: '50' }).gate).toMatchObject({ heldOut: 50, significance: 0.02 });
  });

  it('takes a server for its models', () => {
    const { engine } = load({ ENGINE: 'https://gpu.example/v1/', ENGINE_API_KEY: 'sk-abcdef', MODEL: 'a/b' });
    expect(engine).toEqual({
      url: 'https://gpu.example/v1',
      key: 'sk-abcdef',
      model: 'a/b',
      patience: 15_000,
    });
    expect(withoutSecrets('Bearer sk-abcdef')).toBe('Bearer [secret]');
    expect(load({ ENGINE: 'https://gpu.example/v1' }).engine).toMatchObject({ model: undefined });
    expect(load({ MODEL: 'a/b', ENGINE_API_KEY: 'sk-abcdef' }).engine).toBeUndefined();
  });

  it('never repeats a secret in its error', () => {
    expect(() => load({ DISCORD_TOKEN: 'my secret token' })).toThrow(/^(?!.*my secret)/s);
  });

  it.each([
    ['DATABASE_URL', 'postgresql+asyncpg://chispa:hunter2secret@db.example/chispa'],
    ['DATABASE_URL', 'postgres://chispa:p@hunter2secret#w/rd@127.0.0.1:5432/chispa'],
    ['HF_TOKEN', 'hunter2secret token'],
    ['ENGINE_API_KEY', 'hunter2secret key'],
    ['ENGINE', 'http://hunter2secret@server.example/v1'],
    ['HF_ENDPOINT', 'ftp://me:hunter2secret@hub.example'],
    ['DISCORD_API', 'me:hunter2secret@nowhere'],
  ])('never repeats the secret of %s=%s', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(new RegExp(`^${name} is wrong: (?!.*hunter2)`, 's'));
  });

  it('takes the time zone of .env for its own, and an empty one for none', () => {
    const zone = (file: string, environment: string) => {
      writeFileSync(envFile, file);
      const code = `import { loadConfig } from './src/config.js'; loadConfig(process.env, ${JSON.stringify(envFile)});
        console.log(new Date(Date.UTC(2026, 0, 15, 12)).getHours());`;
      const { TZ: _, ...others } = process.env;
      return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        cwd: compiledRoot,
        env: { ...others, TZ: environment },
        encoding: 'utf8',
      }).stdout.trim();
    };
    expect(zone('TZ=America/Bogota', '')).toBe('7');
    expect(zone('TZ=America/Bogota', 'Asia/Tokyo')).toBe('21');
    expect(() => load({ TZ: 'Madrid' })).toThrow(/^TZ is wrong: "Madrid" is not an IANA time zone/);
  });

  it('asks for VOTER_SECRET where several processes share a database', () => {
    expect(() => load({ DATABASE_URL: 'postgres://localhost/x' })).toThrow(/^VOTER_SECRET is missing/);
    expect(
      load({ DATABASE_URL: 'postgres://localhost/x', VOTER_SECRET: 'x'.repeat(16) }).databaseUrl,
    ).toBeTruthy();
  });

  it('documents each variable in .env.example, with its default', () => {
    const example = readFileSync(join(packageRoot, '.env.example'), 'utf8');
    const source = readFileSync(join(packageRoot, 'src/config.ts'), 'utf8');
    const names = [...source.matchAll(/^ {2}([A-Z_]+): variable\(/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(Object.keys(parseEnv(example)).sort()).toEqual(names.sort());
    expect(load({}, example)).toEqual(load({}));
  });

  it.each(['README.md', 'docs/operations.md'])('has the defaults that %s says', (page) => {
    const inCode = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    const rows = readFileSync(join(packageRoot, page), 'utf8')
      .split('\n')
      .map((line) => line.split('|'));
    const defaults = rows.flatMap(([, names = '', values = '']) =>
      /^ `[A-Z_]+`/.test(names)
        ? inCode(values).map((value, i): [string, string] => [inCode(names)[i] ?? '', value])
        : [],
    );
    expect(defaults.length).toBeGreaterThan(5);
    for (const [name, value] of defaults) expect(load({ [name]: value }), name).toEqual(load({}));
  });
});
