import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa box`: Discord on this machine, for any bot. */
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
    .option('--beside-token', 'run although DISCORD_TOKEN is set')
    .option('--no-open', 'do not open the page in a browser')
    .addHelpText('after', examples('box', 'box --bot "node bot.js" --port 0'))
    .action(async (flags) => (await import('./box/run.ts')).runBox(flags));
}

function parsePort(value: string): number {
  const port = Number(value);
  if (value.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  }
  return port;
}
