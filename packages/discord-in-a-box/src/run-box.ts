import { spawn } from 'node:child_process';
import { createBox } from './box.ts';
import { botEnvironment, runBot } from './run-bot.ts';

export interface RunOptions {
  /** 0 picks a free port. */
  port: number;
  /** Shell command that runs the bot. Default: none; then the variables a bot needs are printed. */
  bot?: string | undefined;
  /** The bot's name. */
  name: string;
  /** The bot's token. Default: a new one. */
  token?: string | undefined;
  /** Whether to open the page in a browser. */
  open: boolean;
}

/**
 * Runs a box from the command line until Ctrl-C, or until its bot ends.
 * @throws Error if the port is taken, the bot's command is empty, or the bot exits with a failure
 */
export async function runBox({ port, bot: command, name, token, open }: RunOptions): Promise<void> {
  if (command?.trim() === '') throw new Error('--bot needs a shell command, such as "node bot.js".');
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('stopped'));
  });
  const box = await createBox({ port, botName: name, ...(token ? { token } : {}) });
  try {
    process.stdout.write(`Discord in a box: ${box.url}\n`);
    if (open) openPage(box.url);
    if (command === undefined) {
      const { DISCORD_TOKEN, DISCORD_API } = botEnvironment(box);
      process.stdout.write(`A bot finds it with DISCORD_TOKEN=${DISCORD_TOKEN} DISCORD_API=${DISCORD_API}\n`);
      await stopped;
      return;
    }
    const bot = runBot(box, command);
    const outcome = await Promise.race([stopped, bot.ended]);
    await bot.stop();
    if (outcome !== 'stopped' && outcome !== 0) {
      throw new Error(`The bot ended with exit code ${outcome ?? 'none (a signal)'}: ${command}`);
    }
  } finally {
    await box.close();
  }
}

/** Opens the page in the browser. If there is none, the printed address is enough. */
function openPage(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const browser = spawn(program, args, { stdio: 'ignore', detached: true });
  browser.on('error', () => {}); // no such program: see above
  browser.unref();
}
