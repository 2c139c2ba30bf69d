/*
 * Runs each step of the Dockerfile in an empty folder instead of a container, then the image's own command as the
 * image's user, who may write nowhere but in /data: npm run smoke:container
 * For machines without a container engine. The base image is this machine with its Node.js. Exits 1 at the first failure.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createDriver } from 'discord-in-a-box';
import { fileSize } from '../../src/cli/output/text.ts';
import { bytesIn } from '../../src/cli/prune.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { contextFilter, type Instruction, readDockerfile } from './dockerfile.ts';
import { check, say, walk } from './walk.ts';

/** The user `node` of the official image. */
const NODE_UID = 1000;

/** A stage's file system and settings, as far as they have come. */
interface Image {
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  entrypoint: string[];
  command: string[];
  healthcheck: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'chispa-image-'));
try {
  const images = new Map<string | undefined, Image>();
  for (const { name, instructions } of readDockerfile(read('Dockerfile'))) {
    const image = emptyImage(join(folder, name ?? 'image'));
    images.set(name, image);
    for (const instruction of instructions) step(image, instruction, images);
  }
  const image = images.get(undefined);
  check(image !== undefined, 'the Dockerfile has no last stage');
  check(image.user === 'node', `the image runs as ${image.user || 'root'}`);
  say('size', `${fileSize(bytesIn(image.root))} on top of the base image`);
  await use(image);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function read(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8');
}

function emptyImage(root: string): Image {
  mkdirSync(root);
  return { root, workdir: '/', env: {}, user: '', entrypoint: [], command: [], healthcheck: [] };
}

/** Where a path of the image is on this machine. */
function placed({ root, workdir }: Image, path: string): string {
  return join(root, resolve(workdir, path));
}

/** The image's variables, with its absolute paths where they are on this machine. */
function environment(image: Image): Record<string, string> {
  return Object.fromEntries(
    Object.entries(image.env).map(([name, value]) => [
      name,
      value.startsWith('/') ? join(image.root, value) : value,
    ]),
  );
}

function step(
  image: Image,
  { name, rest }: Instruction,
  images: ReadonlyMap<string | undefined, Image>,
): void {
  switch (name) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, rest);
      mkdirSync(placed(image, '.'), { recursive: true });
      return;
    case 'ENV':
      for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S*)/g)) image.env[key] = value;
      return;
    case 'COPY':
      copy(image, rest, images);
      return;
    case 'RUN':
      say('RUN', rest);
      execFileSync('sh', ['-c', rest], {
        cwd: placed(image, '.'),
        env: { ...process.env, ...environment(image) },
        stdio: ['ignore', 'ignore', process.stderr],
      });
      return;
    case 'USER':
      image.user = rest;
      return;
    case 'ENTRYPOINT':
      image.entrypoint = JSON.parse(rest);
      return;
    case 'CMD':
      image.command = JSON.parse(rest);
      return;
    case 'HEALTHCHECK':
      image.healthcheck = JSON.parse(rest.replace(/^.* CMD /, ''));
      return;
    case 'VOLUME':
      check(statSync(placed(image, rest)).isDirectory(), `the volume ${rest} is no folder`);
      return;
    default:
      throw new Error(`an instruction that this cannot run: ${name}`);
  }
}

function copy(image: Image, rest: string, images: ReadonlyMap<string | undefined, Image>): void {
  const words = rest.split(/\s+/);
  const options = words.filter((word) => word.startsWith('--'));
  const [from = '', to = ''] = words.filter((word) => !word.startsWith('--'));
  const source = images.get(options.find((option) => option.startsWith('--from='))?.slice('--from='.length));
  const target = placed(image, to.endsWith('/') ? join(to, from.split('/').at(-1) ?? '') : to);
  mkdirSync(dirname(target), { recursive: true });
  if (options.some((option) => option.startsWith('--from='))) {
    check(source !== undefined && source !== image, `COPY ${rest} is from an unknown stage`);
    cpSync(placed(source, from), target, { recursive: true, verbatimSymlinks: true });
  } else {
    const lets = contextFilter(read('.dockerignore'));
    for (const file of execFileSync('git', ['ls-files'], { cwd: packageRoot, encoding: 'utf8' })
      .trim()
      .split('\n'))
      if (lets(file))
        cpSync(join(packageRoot, from, file), join(target, relative('.', file)), { recursive: true });
  }
  if (options.includes('--chown=node:node') && process.getuid?.() === 0)
    chownSync(target, NODE_UID, NODE_UID);
}

/** Starts the image in the box, asks it for a joke and for its health, and stops it. */
async function use(image: Image): Promise<void> {
  const [command = '', ...args] = [...image.entrypoint, ...image.command].map((word) =>
    word.startsWith('/') ? join(image.root, word) : word,
  );
  const asRoot = process.getuid?.() === 0;
  if (!asRoot) say('user', 'this one, because only root can become another');
  if (asRoot) execFileSync('chmod', ['755', folder]);
  await walk({
    ...{ command, args, cwd: placed(image, '.') },
    env: { ...environment(image), HOME: '/nonexistent' },
    ...(asRoot && { uid: NODE_UID }),
    driver: async (url) => createDriver({ url }),
    running() {
      const [tool = '', ...words] = image.healthcheck;
      execFileSync(tool, words, { stdio: ['ignore', 'ignore', process.stderr] });
      say('health', 'ok');
    },
  });
}
