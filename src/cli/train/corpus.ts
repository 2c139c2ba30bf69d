import { resolve } from 'node:path';
import { loadConfig } from '../../config.ts';
import { corpusEntriesOf } from '../../db/corpus.ts';
import { type TrainingJoke, themesOf } from '../../finetuning/data/samples.ts';
import { seedJokes } from '../../finetuning/data/seed-jokes.ts';
import { prepareRun } from '../../finetuning/run/prepare.ts';
import { latestRun, readRun, runPath } from '../../finetuning/run/run-folder.ts';
import { trainRun } from '../../finetuning/run/train-run.ts';
import { trainingProvider } from '../../finetuning/settings.ts';
import { InterruptedError } from '../../lib/errors.ts';
import { BUNDLED_MODEL, resolveModel } from '../../models/registry.ts';
import { readReporting } from '../corpus/read.ts';
import { interruptible } from '../interruptible.ts';
import { withDatabase } from '../open/database.ts';
import { type TrainOptions, trainingSettingsFrom } from '../options/training.ts';
import { columns } from '../output/text.ts';
import { jsonDisplay, terminalDisplay } from '../output/training.ts';

/** `--corpus database`: the jokes that `chispa corpus import` imported. */
const DATABASE = 'database';

/** `chispa train`: a run on a file of jokes or on the imported ones, or an unfinished run from its last checkpoint. */
export async function trainOnCorpus(options: TrainOptions): Promise<void> {
  const folder = await folderOf(options);
  const { name } = await readRun(folder);
  const display = options.json ? jsonDisplay() : terminalDisplay();
  try {
    const outcome = await interruptible((signal) => trainRun(folder, { onEvent: display.show, signal }));
    if (outcome === 'interrupted')
      throw new InterruptedError(`Interrupted. Go on with: npx chispa train --resume ${name}`);
  } finally {
    display.stop();
  }
  if (!options.json) process.stderr.write(`\n${howToUse(name)}\n`);
}

const howToUse = (name: string): string =>
  `How to use it:\n${columns([
    [`  npx chispa generate --model ${name} "Van dos"`, 'continues a text'],
    [`  npx chispa evaluate --compare ${BUNDLED_MODEL} ${name}`, 'compares it with the bundled model'],
    [`  npx chispa model use ${name}`, 'has the bot speak with it'],
  ])}`;

/** The folder of the run to resume, or of a new one, once the request has been checked. */
async function folderOf(options: TrainOptions): Promise<string> {
  const { threads, modelsDir, provider } = loadConfig();
  if (options.resume === true) return latestRun(modelsDir);
  if (options.resume !== undefined) return runPath(modelsDir, options.resume);
  const settings = trainingSettingsFrom(options);
  return prepareRun({
    base: await resolveModel(options.model ?? BUNDLED_MODEL, { modelsDir }),
    modelsDir,
    ...(options.name !== undefined && { name: options.name }),
    ...(await corpusOf(options)),
    settings,
    threads: options.threads ?? threads,
    provider: options.device ?? trainingProvider(provider),
    ...(options.minutes !== undefined && { minutes: options.minutes }),
  });
}

/** The jokes to learn from, and where they came from. */
async function corpusOf({
  corpus,
  clean = false,
}: TrainOptions): Promise<{ jokes: TrainingJoke[]; corpus: string }> {
  if (corpus === DATABASE) {
    const entries = await withDatabase((db) => corpusEntriesOf(db, { clean }));
    const jokes = entries.map(({ text, category, keywords }) => ({
      ...{ text, weight: 1 },
      themes: themesOf({ keywords, ...(category !== null && { category }) }),
    }));
    return { jokes, corpus: `the database (${jokes.length} imported jokes)` };
  }
  if (corpus === undefined) {
    const jokes = seedJokes();
    return { jokes, corpus: `the jokes of the house (${jokes.length})` };
  }
  const file = resolve(corpus);
  const { jokes } = await readReporting(file);
  const kept = clean ? jokes.filter(({ flags }) => !flags.includes('crude')) : jokes;
  return {
    jokes: kept.map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 })),
    corpus: file,
  };
}
