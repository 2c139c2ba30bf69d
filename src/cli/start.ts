import { type Command, Option } from 'commander';
import { loadConfig } from '../config.ts';
import { examples } from './options/examples.ts';

const ROLES = ['bot', 'generator', 'trainer'] as const; // src/main.ts has their meaning, and is slow to load

/** `chispa start`: the whole program in one process tree, or one of its roles with a shared DATABASE_URL. */
export function register(program: Command): void {
  program
    .command('start')
    .description('run the bot: on Discord with DISCORD_TOKEN, else in the box, a Discord on this machine')
    .addOption(new Option('--role <role>', 'run only this role (needs DATABASE_URL)').choices(ROLES))
    .addHelpText('after', examples('start', 'start --role generator'))
    .action(async ({ role }: { role?: (typeof ROLES)[number] }) => {
      const { run } = await import('../main.ts');
      await run(loadConfig(), role ? [role] : ROLES);
    });
}
