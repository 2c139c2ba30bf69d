import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from './box.ts';

export interface RunningBot {
  pid: number;
  /** Its exit code, or null if a signal killed it. */
  ended: Promise<number | null>;
  /** Stops it and everything it started: gracefully at first, by force after `patience` ms. */
  stop(patience?: number): Promise<void>;
}

const REDIRECT = new URL('./redirect.mjs', import.meta.url).href;

/**
 * The environment variables with which a bot finds the box. Bots name these variables differently, so all the usual
 * names are set. DISCORD_API is the value for discord.js's `rest.api`, for bots that can be configured. Node.js bots
 * need no configuration: NODE_OPTIONS loads a module that redirects requests for discord.com to the box.
 */
export function botEnvironment(
  box: Pick<Box, 'api' | 'token' | 'url' | 'applicationId' | 'guildIds'>,
): Record<string, string> {
  const [guildId = ''] = box.guildIds;
  return {
    DISCORD_TOKEN: box.token,
    DISCORD_BOT_TOKEN: box.token,
    BOT_TOKEN: box.token,
    TOKEN: box.token,
    DISCORD_API: box.api,
    DISCORD_APPLICATION_ID: box.applicationId,
    DISCORD_CLIENT_ID: box.applicationId,
    CLIENT_ID: box.applicationId,
    DISCORD_GUILD_ID: guildId,
    GUILD_ID: guildId,
    BOX_URL: box.url,
    NODE_OPTIONS: [process.env.NODE_OPTIONS, `--import=${REDIRECT}`].filter(Boolean).join(' '),
  };
}

/**
 * Runs a bot in the box.
 * @param command a shell command, such as `node bot.js`
 */
export function runBot(
  box: Parameters<typeof botEnvironment>[0],
  command: string,
  { stdio = 'inherit', cwd = process.cwd() }: { stdio?: 'inherit' | 'ignore' | 'pipe'; cwd?: string } = {},
): RunningBot {
  const hasGroups = process.platform !== 'win32';
  const child = spawn(command, {
    shell: true,
    stdio,
    cwd,
    detached: hasGroups, // its own process group, so that the shell's children are stopped too
    env: { ...process.env, ...botEnvironment(box) },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`The command could not be started: ${command}`);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  /** Returns false if no process is left to signal; signal 0 only checks. */
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return hasGroups ? process.kill(-pid, name) : child.kill(name);
    } catch {
      return false;
    }
  };
  /** The shell may end before the processes it started. */
  const gone = async (ms: number) => {
    for (const end = Date.now() + ms; signal(0) && Date.now() < end; ) await sleep(20);
  };
  return {
    pid,
    ended,
    async stop(patience = 3000) {
      signal('SIGTERM');
      await gone(patience);
      signal('SIGKILL');
      await gone(1000);
    },
  };
}
