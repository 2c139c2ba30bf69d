import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa status`: what the installation is doing, also while the bot runs. */
export function register(program: Command): void {
  program
    .command('status')
    .description('show what is running: queue, generators, models, training runs, and the last errors')
    .option('--watch', 'show it again every two seconds, until Ctrl-C')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', examples('status', 'status --watch', 'status --json'))
    .action(async (options) => (await import('./status/show.ts')).showStatus(options));
}
