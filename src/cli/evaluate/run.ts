import { resolve } from 'node:path';
import { loadConfig } from '../../config.ts';
import { duplicateGroups } from '../../corpus/duplicates.ts';
import { houseJokes } from '../../corpus/house.ts';
import { readJokes } from '../../corpus/read.ts';
import { startEngine } from '../../engine/client.ts';
import { splitByHash } from '../../finetuning/data/split.ts';
import { type Evaluation, evaluate } from '../../finetuning/measure/evaluate.ts';
import { tellJokes } from '../../finetuning/measure/tell.ts';
import { type TextFigures, textFigures } from '../../finetuning/measure/text-figures.ts';
import { RECIPE_DEFAULTS } from '../../finetuning/settings.ts';
import { UsageError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { table } from '../../lib/table.ts';
import { openModelFolder } from '../../models/folder.ts';
import { resolveModel } from '../../models/registry.ts';

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

/** `chispa evaluate`: the figures of one model, or of two side by side. */
export async function evaluateModels(options: Options): Promise<void> {
  const { compare } = options;
  if (compare && compare.length !== 2) throw new UsageError('--compare takes two models.');
  const config = loadConfig();
  const threads = options.threads ?? config.threads;
  const { jokes, known } = await corpusOf(options);

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
    if (options.json) {
      const [only] = evaluations;
      process.stdout.write(`${JSON.stringify(compare ? { models: evaluations } : only)}\n`);
    } else process.stdout.write(`${sideBySide(names, evaluations, textFigures(jokes))}\n`);
  } finally {
    await engine.close();
  }

  async function evaluateModel(name: string): Promise<Evaluation> {
    const folder = await openModelFolder(await resolveModel(name, { modelsDir: config.modelsDir }));
    const loaded = await engine.load(folder.path);
    const told = await tellJokes(engine, loaded, { count: options.samples, seed: options.seed });
    return evaluate(folder, { jokes, known, told, threads });
  }
}

/** The jokes to measure the loss on, and those that must not be recited. */
async function corpusOf({
  corpus,
  training,
  heldOut,
}: Options): Promise<{ jokes: string[]; known: string[] }> {
  const textsOf = async (file: string) => (await readJokes(resolve(file))).jokes.map(({ text }) => text);
  const house = (apart: boolean) =>
    houseJokes()
      .filter((joke) => joke.heldOut === apart)
      .map(({ text }) => text);
  const all = corpus === undefined ? house(true) : await textsOf(corpus);
  return {
    jokes: heldOut && corpus !== undefined ? heldOutOf(all) : all,
    known: training !== undefined ? await textsOf(training) : corpus !== undefined ? all : house(false),
  };
}

/** The part of a corpus that the `chispa` recipe holds out. */
function heldOutOf(jokes: readonly string[]): string[] {
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

/** One column per model, and one for the corpus's own style. */
function sideBySide(
  names: readonly string[],
  evaluations: readonly Evaluation[],
  corpus: TextFigures,
): string {
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
