import type { Command } from 'commander';
import { examples } from './options/examples.ts';

/** `chispa backup`: what `chispa restore` reads. */
export function register(program: Command): void {
  program
    .command('backup')
    .description(
      'save the database, the voter secret, and the trained models and voices in one file, also while the bot runs',
    )
    .argument('<file>', 'a name that ends in .tar.gz')
    .option('--imported', 'include imported models, which could be imported again')
    .option('--overwrite', 'replace the file if it exists')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples('backup chispa.tar.gz', 'backup /backups/chispa.tar.gz --imported --overwrite'),
    )
    .action(async (file, options) => (await import('./backup/write.ts')).backUp(file, options));
}
