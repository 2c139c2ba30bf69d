import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { ChispaError } from '../lib/errors.ts';

/** `chispa commands deploy | diff | clear`: the slash commands that Discord has of this application. */
export function register(program: Command): void {
  const commands = program
    .command('commands')
    .description('compare the slash commands with what Discord has, and write them (needs DISCORD_TOKEN)');
  commands
    .command('diff')
    .description('say what deploy would change')
    .option('--json', 'print { added, changed, removed }')
    .action(async ({ json }: { json?: boolean }) => {
      const { difference } = await onDiscord();
      const found = await difference();
      if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
      else process.stdout.write(`${inWords(found)}\n`);
    });
  commands
    .command('deploy')
    .description('make the commands Discord has equal to ours, if they differ')
    .action(async () => {
      const { difference, deploy } = await onDiscord();
      const found = await difference();
      await deploy();
      process.stdout.write(`${inWords(found)}\n`);
    });
  commands
    .command('clear')
    .description('remove every command of this application from Discord')
    .action(async () => {
      const { clear } = await onDiscord();
      process.stdout.write(`Removed ${await clear()} commands\n`);
    });
}

interface Difference {
  added: string[];
  changed: string[];
  removed: string[];
}

function inWords({ added, changed, removed }: Difference): string {
  const parts = [
    ['new', added],
    ['changed', changed],
    ['removed', removed],
  ] as const;
  const lines = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`);
  return lines.join('\n') || 'Discord has the same commands already';
}

async function onDiscord() {
  const { discordToken, discordApi } = loadConfig();
  if (!discordToken) {
    throw new ChispaError(
      'config',
      'DISCORD_TOKEN is missing: these commands belong to a Discord application.',
    );
  }
  const [{ REST }, { loadCommands }, { commandRegistry }] = await Promise.all([
    import('discord.js'),
    import('../bot/load-commands.ts'),
    import('../bot/register.ts'),
  ]);
  const rest = new REST(discordApi ? { api: discordApi, version: '10' } : { version: '10' }).setToken(
    discordToken,
  );
  return commandRegistry(rest, (await loadCommands()).values());
}
