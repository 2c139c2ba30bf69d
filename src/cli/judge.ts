import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa judge`: how well the judge predicts. */
export function register(program: Command): void {
  program
    .command('judge')
    .description('how well the judge predicts the ratings of the jokes that it chose')
    .option('--guild <id>', 'only those told in this server')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('judge', 'judge --json'))
    .action(async (options) => (await import('./judge/show.ts')).show(options));
}
