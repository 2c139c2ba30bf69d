import type { Command } from 'commander';
import { examples } from './options/examples.ts';
import { numberIn } from './options/settings.ts';

/**
 * `chispa evaluate`: the loss of a model on a file of jokes, and figures of the jokes it generates. Opens no
 * database.
 */
export function register(program: Command): void {
  program
    .command('evaluate')
    .description('measure a model: loss on a file of jokes, and figures of the jokes it generates')
    .option('--model <name|folder>', 'the model (default: MODEL, else mini-es)')
    .option('--compare <names...>', 'two models side by side')
    .option('--corpus <file>', 'jokes to measure the loss on (default: the held-out house jokes)')
    .option('--held-out', 'only jokes that chispa train --recipe chispa does not train on')
    .option(
      '--training <file>',
      'jokes that must not be recited (default: the corpus file, else the house jokes)',
    )
    .option('--samples <number>', 'jokes to generate', numberIn(1, 100_000, true), 200)
    .option('--seed <number>', 'seed of the first joke', numberIn(0, 0xffff_ffff, true), 0)
    .option('--threads <number>', 'processor threads (default: THREADS)', numberIn(1, 256, true))
    .option('--json', 'print one JSON object instead of a table')
    .addHelpText(
      'after',
      examples('evaluate', 'evaluate --corpus chistes.csv --compare mini-es gpt2-spanish'),
    )
    .action(async (options) => (await import('./evaluate/run.ts')).evaluateModels(options));
}
