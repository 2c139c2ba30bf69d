import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import type { Evaluation } from '../finetuning/measure/evaluate.ts';
import type { TextFigures } from '../finetuning/measure/text-figures.ts';
import { BOT_DEFAULTS } from '../lib/settings.ts';
import { numberIn } from './options/settings.ts';

interface Options {
  model?: string;
  compare?: [string, string];
  corpus?: string;
  training?: string;
  heldOut?: boolean;
  samples: number;
  seed: number;
  threads?: number;
  json?: boolean;
}

/** `chispa evaluate`: what a model makes of a file of jokes, and what jokes it makes. Opens no database. */
export function register(program: Command): void {
  program
    .command('evaluate')
    .description('measure a model: loss on a file of jokes, and figures of the jokes it generates')
    .option('--model <name|folder>', 'the model (default: MODEL, else mini-es)')
    .option('--compare <names...>', 'two models side by side')
    .option('--corpus <file>', 'jokes to measure the loss on (default: the seed jokes)')
    .option('--held-out', 'only those that chispa train --recipe chispa does not learn from')
    .option('--training <file>', 'jokes that must not be recited (default: the corpus file)')
    .option('--samples <number>', 'jokes to generate', numberIn(1, 100_000, true), 200)
    .option('--seed <number>', 'of the first joke', numberIn(0, 0xffff_ffff, true), 0)
    .option('--threads <number>', 'processor threads (default: THREADS)', numberIn(1, 256, true))
    .option('--json', 'print one JSON object instead of a table')
    .action((options: Options) => run(options));
}

async function run(options: Options): Promise<void> {
  const { UsageError } = await import('../lib/errors.ts');
  const { compare } = options;
  if (compare && compare.length !== 2) throw new UsageError('--compare takes two models.');
  const config = loadConfig();
  const threads = options.threads ?? config.threads;
  const { defaultCorpus, readJokes } = await import('../corpus/read.ts');
  const textsOf = async (file: string) => (await readJokes(file)).jokes.map(({ text }) => text);
  const corpus = resolve(options.corpus ?? defaultCorpus);
  const all = await textsOf(corpus);
  const jokes = options.heldOut ? await heldOut(all) : all;
  const known = options.training === undefined ? all : await textsOf(options.training);

  const { startEngine } = await import('../engine/client.ts');
  const { createLog } = await import('../lib/log.ts');
  const engine = await startEngine({
    provider: config.provider,
    precision: 'fp32',
    slots: config.slots,
    threads,
    log: createLog('warn'),
  });
  try {
    const evaluations: Evaluation[] = [];
    const names = compare ?? [options.model ?? config.model];
    for (const name of names) evaluations.push(await evaluateModel(name));
    const { textFigures } = await import('../finetuning/measure/text-figures.ts');
    if (options.json) {
      const [only] = evaluations;
      process.stdout.write(`${JSON.stringify(compare ? { models: evaluations } : only)}\n`);
    } else process.stdout.write(`${await sideBySide(names, evaluations, textFigures(jokes))}\n`);
  } finally {
    await engine.close();
  }

  async function evaluateModel(name: string): Promise<Evaluation> {
    const { resolveModel } = await import('../models/registry.ts');
    const { openModelFolder } = await import('../models/folder.ts');
    const { evaluate } = await import('../finetuning/measure/evaluate.ts');
    const folder = await openModelFolder(await resolveModel(name, { modelsDir: config.modelsDir }));
    const { model, context } = await engine.load(folder.path);
    const settings = { ...BOT_DEFAULTS, maxTokens: Math.min(BOT_DEFAULTS.maxTokens, context - 1) };
    return evaluate({
      folder,
      jokes,
      known,
      samples: options.samples,
      threads,
      async generate(index) {
        const seed = (options.seed + index) % 2 ** 32;
        const { text, finish } = await engine.generate({ model, prompt: { kind: 'joke' }, settings, seed });
        return { text, ended: finish === 'end' };
      },
    });
  }
}

/** The part of a corpus that the `chispa` recipe holds out. */
async function heldOut(jokes: readonly string[]): Promise<string[]> {
  const { duplicateGroups } = await import('../corpus/duplicates.ts');
  const { splitByHash } = await import('../finetuning/data/split.ts');
  const { RECIPE_DEFAULTS } = await import('../finetuning/settings.ts');
  return splitByHash(jokes, (joke) => joke, duplicateGroups(jokes), RECIPE_DEFAULTS.chispa.validation)
    .validation;
}

type Figure = Exclude<keyof Evaluation, 'model'>;

const LABELS: Record<Figure, string> = {
  loss: 'loss (nats per token)',
  perplexity: 'perplexity',
  distinct1: 'distinct-1',
  distinct2: 'distinct-2',
  distinct3: 'distinct-3',
  repetition: 'repetition',
  recited: 'recited',
  selfEnding: 'ends by itself',
  dialogueTurns: 'dialogue turns',
  questions: 'with a question',
  medianWords: 'median words',
  jokes: 'jokes measured',
  samples: 'jokes generated',
};

/** One column a model, and the corpus' own style beside them. */
async function sideBySide(
  names: readonly string[],
  evaluations: readonly Evaluation[],
  corpus: TextFigures,
): Promise<string> {
  const { table } = await import('../finetuning/result/report.ts');
  const shown = (value: number | undefined) =>
    value === undefined ? '' : Number.isInteger(value) ? String(value) : value.toFixed(4);
  const figures = Object.keys(LABELS) as Figure[]; // the record's own keys
  const rows = figures.map((figure) => [
    LABELS[figure],
    ...evaluations.map((evaluation) => shown(evaluation[figure])),
    shown(figure in corpus ? corpus[figure as keyof TextFigures] : undefined), // checked in the same line
  ]);
  return table(['', ...names, 'corpus'], rows);
}
