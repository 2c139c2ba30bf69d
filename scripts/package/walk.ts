import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Driver, SeenMessage } from 'discord-in-a-box';

/** Milliseconds; generous, for slow machines. */
const READY = 120_000;
const JOKE = 60_000;
const STOP = 10_000;

export function say(what: string, result: string): void {
  process.stdout.write(`${what.padEnd(8)} ${result.trim()}\n`);
}

export function check(right: boolean, wrong: string): asserts right {
  if (!right) throw new Error(wrong);
}

export interface Walk {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: Record<string, string>;
  /** The user who runs it, by number; default: this one. */
  uid?: number;
  /** The driver that acts in the program's box. */
  driver: (url: string) => Promise<Driver>;
  /** Called while the program runs, after a joke. */
  running?: () => void;
}

/**
 * Starts the program in the box, gets a joke with /chiste, and stops it.
 * @throws Error when anything of that fails or the program warns
 */
export async function walk({ command, args, cwd, env, uid, driver, running }: Walk): Promise<void> {
  const quiet = { BOX_PORT: '0', LOG_LEVEL: 'warn', DISCORD_TOKEN: '', DATABASE_URL: '' };
  const program = spawn(command, args, {
    cwd,
    env: { ...process.env, ...quiet, ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  });
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
    say('/chiste', await joke(await driver(url)));
    running?.();
    program.kill('SIGTERM');
    const code = await Promise.race([ended, sleep(STOP, 'nothing in time', { ref: false })]);
    check(code === 0, `the program ended with ${code}: ${output}`);
    check(!/warning/i.test(output), `the program warned: ${output}`);
  } finally {
    program.kill('SIGKILL');
  }
}

/** The driver that the package installed in a folder offers for anybody's tests. */
export const driverOf =
  (folder: string) =>
  async (url: string): Promise<Driver> => {
    const box = createRequire(join(folder, 'package.json')).resolve('chispa/box');
    const { createDriver } = (await import(pathToFileURL(box).href)) as typeof import('discord-in-a-box');
    return createDriver({ url });
  };

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
