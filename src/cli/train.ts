import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import type { TrainingJoke } from '../finetuning/data/samples.ts';
import { InterruptedError } from '../lib/errors.ts';
import { numberIn } from './options/settings.ts';
import { addTrainingOptions, type TrainingFlags, trainingSettingsFrom } from './options/training.ts';

export type Options = TrainingFlags & {
  corpus?: string;
  clean?: boolean;
  fromRatings?: boolean;
  model?: string;
  name?: string;
  resume?: string | true;
  threads?: number;
  minutes?: number;
  json?: boolean;
};

/** `--corpus database`: the jokes that `chispa corpus import` brought in. */
const DATABASE = 'database';

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
      `jokes as .csv, .jsonl, .parquet or .txt, or ${DATABASE}: the imported ones (default: the seed jokes)`,
    )
    .option('--clean', 'leave crude jokes out')
    .option('--from-ratings', 'learn from what people voted: a run of the learning loop, with its gate')
    .option('--model <name|folder>', 'the model to start from (default: mini-es, the bundled one)')
    .option('--name <name>', 'of the new model, which appears in MODELS_DIR (default: base, recipe and date)')
    .option('--resume [name]', 'go on with an unfinished run (default: the newest)')
    .option('--threads <number>', 'processor threads (default: THREADS)', numberIn(1, 256, true))
    .option('--minutes <number>', 'end after this much training time', numberIn(0.01, 1e6, false))
    .option('--json', 'print one JSON object a line instead of a bar and a table');
  addTrainingOptions(command).action(async (options: Options) => {
    if (!options.fromRatings) await train(options);
    else await (await import('./train/ratings.ts')).trainFromRatings(options);
  });
}

async function train(options: Options): Promise<void> {
  const { latestRun, readRun, runPath } = await import('../finetuning/run/run-folder.ts');
  const { trainRun } = await import('../finetuning/run/train-run.ts');
  const { jsonDisplay, terminalDisplay } = await import('./output/training.ts');
  const config = loadConfig();
  const { modelsDir } = config;
  const folder =
    options.resume === undefined
      ? await begin(options, modelsDir, options.threads ?? config.threads)
      : options.resume === true
        ? await latestRun(modelsDir)
        : runPath(modelsDir, options.resume);
  const { name } = await readRun(folder);

  const display = options.json ? jsonDisplay() : terminalDisplay();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const outcome = await trainRun(folder, { onEvent: display.show, signal: interruption.signal });
    if (outcome === 'interrupted')
      throw new InterruptedError(`Interrupted. Go on with: chispa train --resume ${name}`);
  } finally {
    display.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Checks the request and makes the run's folder. */
async function begin(options: Options, modelsDir: string, threads: number): Promise<string> {
  const settings = trainingSettingsFrom(options);
  const { BUNDLED_MODEL, resolveModel } = await import('../models/registry.ts');
  const { prepareRun } = await import('../finetuning/run/prepare.ts');
  return prepareRun({
    base: await resolveModel(options.model ?? BUNDLED_MODEL, { modelsDir }),
    modelsDir,
    ...(options.name !== undefined && { name: options.name }),
    ...(await corpusOf(options)),
    settings,
    threads,
    ...(options.minutes !== undefined && { minutes: options.minutes }),
  });
}

/** The jokes to learn from, and where they came from. */
async function corpusOf({
  corpus,
  clean = false,
}: Options): Promise<{ jokes: TrainingJoke[]; corpus: string }> {
  const { themesOf } = await import('../finetuning/data/samples.ts');
  if (corpus === DATABASE) {
    const { corpusEntriesOf } = await import('../db/corpus.ts');
    const { withDatabase } = await import('./open/database.ts');
    const entries = await withDatabase((db) => corpusEntriesOf(db, { clean }));
    const jokes = entries.map(({ text, category, keywords }) => ({
      ...{ text, weight: 1 },
      themes: themesOf({ keywords, ...(category !== null && { category }) }),
    }));
    return { jokes, corpus: `the database (${jokes.length} imported jokes)` };
  }
  const { defaultCorpus, readJokes } = await import('../corpus/read.ts');
  const file = resolve(corpus ?? defaultCorpus);
  const { jokes, errors } = await readJokes(file);
  for (const { line, reason } of errors) process.stderr.write(`${file}:${line}: left out: ${reason}\n`);
  const kept = clean ? jokes.filter(({ flags }) => !flags.includes('crude')) : jokes;
  return {
    jokes: kept.map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 })),
    corpus: file,
  };
}
