import type { Command } from 'commander';

/** `chispa commands deploy | diff | clear`: the slash commands that Discord has of this application. */
export function register(program: Command): void {
  const commands = program
    .command('commands')
    .description('compare the slash commands with what Discord has, and write them (needs DISCORD_TOKEN)');
  commands
    .command('diff')
    .description('say what deploy would change')
    .option('--json', 'print { added, changed, removed }')
    .action(async (options) => (await import('./commands/on-discord.ts')).diff(options));
  commands
    .command('deploy')
    .description('make the commands Discord has equal to ours, if they differ')
    .action(async () => (await import('./commands/on-discord.ts')).deploy());
  commands
    .command('clear')
    .description('remove every command of this application from Discord')
    .action(async () => (await import('./commands/on-discord.ts')).clear());
}
