import type { Command } from 'commander';
import { examples } from './options/examples.ts';
import { numberIn } from './options/settings.ts';

/** `chispa runs`: the training runs of the database. */
export function register(program: Command): void {
  program
    .command('runs')
    .description('list the training runs of the learning loop: when, why, and with what result')
    .option('--limit <number>', 'maximum number of runs', numberIn(1, 10_000, true), 20)
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', examples('runs', 'runs --limit 5 --json'))
    .action(async (options) => (await import('./runs/list.ts')).list(options));
}
