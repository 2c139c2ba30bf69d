/*
 * Packs Chispa, installs it in an empty folder and uses it as a newcomer would: npm run smoke [-- --node 24]
 * --node runs it on that version of Node.js, installed from npm. Exits 1 at the first failure.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Driver, SeenMessage } from 'discord-in-a-box';
import { fileSize } from '../../src/cli/output/text.ts';
import { type InstalledPackage, installNode, installPackage } from './install.ts';
import { packageSizes, totalOf } from './sizes.ts';

/** The most bytes that an installation may take after `chispa prune`. */
const LARGEST = 250_000_000;
/** Milliseconds; generous, for slow machines. */
const READY = 120_000;
const JOKE = 60_000;
const STOP = 10_000;

const { values } = parseArgs({ options: { node: { type: 'string' } } });
const runtime = values.node === undefined ? undefined : installNode(values.node);
let installed: InstalledPackage | undefined;
try {
  installed = installPackage(runtime?.path);
  say('Node.js', installed.run(['--version']));
  say('chispa', installed.chispa('--version'));
  const text = generate(installed);
  say('generate', text);
  await start(installed);
  installed.chispa('prune');
  const size = totalOf(packageSizes(join(installed.folder, 'node_modules')));
  check(size < LARGEST, `${fileSize(size)} are left after chispa prune, more than ${fileSize(LARGEST)}`);
  check(generate(installed) === text, 'the model writes something else after chispa prune');
  say('size', `${fileSize(size)} after chispa prune`);
} finally {
  installed?.remove();
  runtime?.remove();
}

function say(what: string, result: string): void {
  process.stdout.write(`${what.padEnd(8)} ${result.trim()}\n`);
}

function check(right: boolean, wrong: string): asserts right {
  if (!right) throw new Error(wrong);
}

function generate({ chispa }: InstalledPackage): string {
  const line = chispa('generate', 'Había una vez', '--seed', '7', '--max-tokens', '12', '--json');
  const { text } = JSON.parse(line);
  check(text.startsWith('Había una vez'), `generate wrote ${line}`);
  return text;
}

/** Starts the program in the box, gets a joke with /chiste, and stops it. */
async function start({ folder, node, tool }: InstalledPackage): Promise<void> {
  const env = { ...process.env, BOX_PORT: '0', LOG_LEVEL: 'warn', DISCORD_TOKEN: '', DATABASE_URL: '' };
  const program = spawn(node, [tool, 'start'], { cwd: folder, env });
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const ended = new Promise<number | string | null>((resolve) => {
    program.once('close', (code, signal) => resolve(code ?? signal));
  });
  try {
    const began = performance.now();
    const url = await until(READY, 'the program is not ready', async () => {
      check(program.exitCode === null, `the program ended: ${output}`);
      return output.match(/Chispa is ready: (\S+)/)?.[1];
    });
    say('start', `ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    say('/chiste', await joke(await driver(folder, url)));
    program.kill('SIGINT');
    const code = await Promise.race([ended, sleep(STOP, 'nothing in time', { ref: false })]);
    check(code === 0, `the program ended with ${code}: ${output}`);
    check(!/warning/i.test(output), `the program warned: ${output}`);
  } finally {
    program.kill('SIGKILL');
  }
}

/** The driver that the installed package offers for anybody's tests. */
async function driver(folder: string, url: string): Promise<Driver> {
  const box = createRequire(join(folder, 'package.json')).resolve('chispa/box');
  const { createDriver } = (await import(pathToFileURL(box).href)) as typeof import('discord-in-a-box');
  return createDriver({ url });
}

/** The text of a joke once it has its five vote buttons. */
async function joke({ command, messages }: Driver): Promise<string> {
  const { id } = await command('ana', 'chiste');
  const whole = await until(JOKE, 'the joke did not come', async () =>
    (await messages('ana')).find((message) => message.id === id && buttonsOf(message) >= 5),
  );
  const text = whole.embeds[0]?.description ?? '';
  check(text.length > 0, 'the joke says nothing');
  return text.replace(/\s+/g, ' ');
}

function buttonsOf({ components: [row] }: SeenMessage): number {
  return row && typeof row === 'object' && 'components' in row && Array.isArray(row.components)
    ? row.components.length
    : 0;
}

async function until<T>(patience: number, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} within ${patience / 1000} s`);
}
