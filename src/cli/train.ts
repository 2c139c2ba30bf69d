import { type Command, Option } from 'commander';
import { TRAINING_PROVIDERS } from '../finetuning/settings.ts';
import { examples } from './options/examples.ts';
import { numberIn } from './options/settings.ts';
import { addTrainingOptions } from './options/training.ts';

/**
 * `chispa train`: fine-tunes a model on jokes and writes a new model folder. Opens a database only with `--corpus
 * database`, and with `--from-ratings`, which is a run of the learning loop.
 */
export function register(program: Command): void {
  const command = program
    .command('train')
    .description('fine-tune a model on jokes')
    .option(
      '--corpus <file>',
      'jokes as .csv, .jsonl, .parquet or .txt, or database: the imported ones (default: the house jokes)',
    )
    .option('--clean', 'leave out crude jokes')
    .option('--from-ratings', "learn from people's votes: a run of the learning loop, with its gate")
    .option('--model <name|folder>', 'the model to start from (default: mini-es, the bundled one)')
    .option('--name <name>', 'name of the new model in MODELS_DIR (default: base, recipe and date)')
    .option('--resume [name]', 'resume an unfinished run (default: the newest)')
    .option('--threads <number>', 'processor threads (default: THREADS)', numberIn(1, 256, true))
    .addOption(
      new Option('--device <provider>', 'where to compute (default: EXECUTION_PROVIDER)').choices(
        TRAINING_PROVIDERS,
      ),
    )
    .option('--minutes <number>', 'stop after this many minutes of training', numberIn(0.01, 1e6, false))
    .option('--json', 'print one JSON object per line instead of a bar and a table')
    .addHelpText(
      'after',
      examples(
        'train --minutes 10',
        'train --corpus chistes.csv --model gpt2-spanish --mode lora --name chistoso',
        'train --resume',
        'train --from-ratings',
      ),
    );
  addTrainingOptions(command).action(async (options) => {
    if (options.fromRatings) await (await import('./train/ratings.ts')).trainFromRatings(options);
    else await (await import('./train/corpus.ts')).trainOnCorpus(options);
  });
}
