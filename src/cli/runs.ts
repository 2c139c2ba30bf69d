import type { Command } from 'commander';
import { numberIn } from './options/settings.ts';

/** `chispa runs`: the training runs of the database. */
export function register(program: Command): void {
  program
    .command('runs')
    .description('list the training runs of the learning loop: when, why, and what came of them')
    .option('--limit <number>', 'runs at most', numberIn(1, 10_000, true), 20)
    .option('--json', 'print one JSON object a line')
    .action(async (options) => (await import('./runs/list.ts')).list(options));
}
