#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { runBox } from './run-box.ts';

const HELP = `Usage: discord-in-a-box [options]

A Discord on this machine: opens its page in a browser, and runs a bot against it.

Options:
  --bot <command>  shell command that runs the bot
  --port <port>    port to listen on; 0 picks a free one (default: 8787)
  --name <name>    the bot's name (default: Bot)
  --token <token>  the bot's token (default: a new one)
  --no-open        do not open the page in a browser
  -h, --help       show this

Examples:
  discord-in-a-box --bot "node bot.js"
  discord-in-a-box --port 0 --no-open
`;

/** @throws Error if the command line is invalid */
function readArguments() {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      bot: { type: 'string' },
      port: { type: 'string', default: process.env.BOX_PORT || '8787' },
      name: { type: 'string', default: 'Bot' },
      token: { type: 'string' },
      open: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (values.port.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('A port is a whole number from 0 to 65535.');
  }
  return { ...values, port };
}

/** @returns the exit code: 0, 1 for a failure, 2 for wrong usage */
async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee discord-in-a-box --help.\n`); // parseArgs only throws Errors
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    await runBox(options);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

process.exitCode = await main();
