import { spawn } from 'node:child_process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ChispaError, messageOf } from '../lib/errors.ts';

interface BoxFlags {
  port: number;
  bot?: string;
  name: string;
  token?: string;
  open: boolean;
}

/** `chispa box`: Discord on this machine, for any bot. docs/box.md */
export function register(program: Command): void {
  program
    .command('box')
    .description('start Discord in a box on this machine, run a bot against it and open the page')
    .addOption(
      new Option('--port <port>', 'port to listen on; 0 picks a free one')
        .env('BOX_PORT')
        .default(8787)
        .argParser(parsePort),
    )
    .option('--bot <command>', 'shell command that runs the bot, such as "node bot.js"')
    .option('--name <name>', "the bot's name", 'Bot')
    .option('--token <token>', "the bot's token (default: a new one)")
    .option('--no-open', 'do not open the page in a browser')
    .action(runBox);
}

function parsePort(value: string): number {
  const port = Number(value);
  if (value.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  }
  return port;
}

async function runBox({ port, bot: command, name, token, open }: BoxFlags): Promise<void> {
  const { botEnvironment, createBox, runBot } = await import('discord-in-a-box');
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('stopped'));
  });
  const box = await createBox({ port, botName: name, ...(token ? { token } : {}) }).catch(
    (error: unknown) => {
      throw new ChispaError('box', messageOf(error), { cause: error });
    },
  );
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
      throw new ChispaError(
        'bot-ended',
        `The bot ended with exit code ${outcome ?? 'none (a signal)'}: ${command}`,
      );
    }
  } finally {
    await box.close();
  }
}

/** Opens the page in the host's browser. Where there is none, the printed address is enough. */
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
