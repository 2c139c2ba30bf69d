import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { InterruptedError } from '../lib/errors.ts';
import { numberIn } from './settings-options.ts';
import { addTrainingOptions, type TrainingFlags, trainingSettingsFrom } from './train-options.ts';

type Options = TrainingFlags & {
  corpus?: string;
  model?: string;
  name?: string;
  resume?: string | true;
  threads?: number;
  minutes?: number;
  json?: boolean;
};

/** `chispa train`: fine-tunes a model on jokes and writes a new model folder. Opens no database. */
export function register(program: Command): void {
  const command = program
    .command('train')
    .description('fine-tune a model on jokes')
    .option('--corpus <file>', 'jokes as .csv, .jsonl, .parquet or .txt (default: the seed jokes)')
    .option('--model <name|folder>', 'the model to start from (default: mini-es, the bundled one)')
    .option('--name <name>', 'of the new model, which appears in MODELS_DIR (default: base, recipe and date)')
    .option('--resume [name]', 'go on with an unfinished run (default: the newest)')
    .option('--threads <number>', 'processor threads (default: THREADS)', numberIn(1, 256, true))
    .option('--minutes <number>', 'end after this much training time', numberIn(0.01, 1e6, false))
    .option('--json', 'print one JSON object a line instead of a bar and a table');
  addTrainingOptions(command).action((options: Options) => train(options));
}

async function train(options: Options): Promise<void> {
  const { latestRun, readRun, runPath } = await import('../training/run-folder.ts');
  const { trainRun } = await import('../training/trainer.ts');
  const { jsonDisplay, terminalDisplay } = await import('./training-display.ts');
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
  const { defaultCorpus, readJokes } = await import('../corpus/read.ts');
  const { BUNDLED_MODEL, resolveModel } = await import('../models/registry.ts');
  const { prepareRun } = await import('../training/prepare.ts');
  const { themesOf } = await import('../training/samples.ts');
  const corpus = resolve(options.corpus ?? defaultCorpus);
  const { jokes, errors } = await readJokes(corpus);
  for (const { line, reason } of errors) process.stderr.write(`${corpus}:${line}: left out: ${reason}\n`);
  return prepareRun({
    base: await resolveModel(options.model ?? BUNDLED_MODEL, { modelsDir }),
    modelsDir,
    ...(options.name !== undefined && { name: options.name }),
    jokes: jokes.map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 })),
    corpus,
    settings,
    threads,
    ...(options.minutes !== undefined && { minutes: options.minutes }),
  });
}
