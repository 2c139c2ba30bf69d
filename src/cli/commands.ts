import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/**
 * `chispa commands diff`, `deploy` and `clear`: manages the slash commands registered with Discord for this application.
 */
export function register(program: Command): void {
  const commands = program
    .command('commands')
    .description('compare the slash commands with what Discord has, and write them (needs DISCORD_TOKEN)')
    .addHelpText('after', examples('commands diff', 'commands deploy'));
  commands
    .command('diff')
    .description('show what deploy would change')
    .option('--json', 'print { added, changed, removed }')
    .addHelpText('after', examples('commands diff', 'commands diff --json'))
    .action(async (options) => (await import('./commands/on-discord.ts')).diff(options));
  commands
    .command('deploy')
    .description('update the commands that Discord has to match ours, if they differ')
    .addHelpText('after', examples('commands deploy'))
    .action(async () => (await import('./commands/on-discord.ts')).deploy());
  commands
    .command('clear')
    .description('remove every command of this application from Discord')
    .addHelpText('after', examples('commands clear'))
    .action(async () => (await import('./commands/on-discord.ts')).clear());
}
