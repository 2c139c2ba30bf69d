import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa restore`: what `chispa backup` saved, in an empty installation. */
export function register(program: Command): void {
  program
    .command('restore')
    .description('bring back what chispa backup saved, here or on another machine, while no bot runs')
    .argument('<file>', 'a file that chispa backup wrote')
    .option('--overwrite', 'replace what is in the database, and models of the same name')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('restore chispa.tar.gz', 'restore chispa.tar.gz --overwrite'))
    .action(async (file, options) => (await import('./restore/run.ts')).restore(file, options));
}
