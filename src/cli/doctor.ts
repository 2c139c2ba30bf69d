import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa doctor`: what is wrong with an installation, and what to do. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'check everything that Chispa needs: machine, database, Discord, models; exits with 1 when something does not work',
    )
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', examples('doctor', 'doctor --json'))
    .action(async (options) => (await import('./doctor/run.ts')).examine(options));
}
