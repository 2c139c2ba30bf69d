import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextFilter, readDockerfile } from '../../scripts/package/dockerfile.ts';
import { packageRoot } from '../../src/lib/paths.ts';

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');

describe('the reader of Dockerfiles', () => {
  it('reads stages and continued lines, and skips comments', () => {
    const text =
      '# syntax\nFROM node:24 AS build\nRUN a && \\\n  b\n\nFROM node:24\nCOPY --from=build /x y\n';
    expect(readDockerfile(text)).toEqual([
      { name: 'build', instructions: [{ name: 'RUN', rest: 'a &&    b' }] },
      { name: undefined, instructions: [{ name: 'COPY', rest: '--from=build /x y' }] },
    ]);
    expect(() => readDockerfile('FROM a\nwhat is this')).toThrow('not an instruction');
  });

  it('reads what .dockerignore lets in', () => {
    const lets = contextFilter('# all\n*\n!src\n!package.json\n**/node_modules\n');
    expect(['src/a.ts', 'package.json', 'src/b/c'].filter(lets)).toHaveLength(3);
    expect(['.env', 'srcs', 'data/db', 'src/node_modules/x', 'package.jsonx'].filter(lets)).toEqual([]);
    expect(() => contextFilter('*.log')).toThrow('cannot read');
  });
});

describe('the container image', () => {
  const context = execFileSync('git', ['ls-files'], { cwd: packageRoot, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter(contextFilter(read('.dockerignore')));

  it('is built without secrets, databases, tests and docs', () => {
    expect(context).toContain('src/cli/main.ts');
    expect(context).toContain('packages/discord-in-a-box/build.mjs');
    expect(context.filter((file) => /^(\.|data|test|docs|bench|experiments)/.test(file))).toEqual([]);
    expect(
      ['.env', 'data/voter-secret', 'models/other/model.safetensors'].filter(
        contextFilter(read('.dockerignore')),
      ),
    ).toEqual([]);
  });

  it('copies every file that the npm package ships, or says why not', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const [, last] = readDockerfile(read('Dockerfile'));
    const copied = last?.instructions.flatMap(({ name, rest }) =>
      name === 'COPY'
        ? [
            rest
              .split(/\s+/)
              .find((word) => word.startsWith('/app/'))
              ?.slice('/app/'.length),
          ]
        : [],
    );
    /** Words for people, and the launcher that only a checkout needs. */
    const left = new Set(['README.md', 'README.es.md', 'CHANGELOG.md', 'LICENSE', 'corpus/README.md', 'bin']);
    expect(
      files.filter((file) => !file.startsWith('!') && !left.has(file) && !copied?.includes(file)),
    ).toEqual([]);
  });

  it('runs as a user who is not root, and says whether it is well', () => {
    const names =
      readDockerfile(read('Dockerfile'))
        .at(-1)
        ?.instructions.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['USER', 'HEALTHCHECK', 'VOLUME']));
    expect(names.indexOf('USER')).toBeGreaterThan(names.lastIndexOf('COPY'));
  });
});

describe('the systemd units', () => {
  const units = ['chispa.service', 'chispa@.service'];

  it.each(units)('%s names only files and roles that exist', (unit) => {
    const text = read(`deploy/systemd/${unit}`);
    const [, tool = ''] = text.match(/ExecStart=.*\/node_modules\/chispa\/(\S+) start/) ?? [];
    expect(existsSync(join(packageRoot, tool)), tool).toBe(true);
  });

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('are right for systemd', () => {
    for (const unit of units)
      execFileSync('systemd-analyze', ['verify', '--man=no', join(packageRoot, 'deploy/systemd', unit)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
  });
});
