import { spawn } from 'node:child_process';
import { botEnvironment, createBox, runBot } from 'discord-in-a-box';
import { ChispaError, messageOf } from '../../lib/errors.ts';

interface BoxFlags {
  port: number;
  bot?: string;
  name: string;
  token?: string;
  open: boolean;
}

/** `chispa box`: opens the box, runs the bot against it and ends with it. */
export async function runBox({ port, bot: command, name, token, open }: BoxFlags): Promise<void> {
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
