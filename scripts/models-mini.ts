import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { terminalDisplay } from '../src/cli/output/training.ts';
import { readJokes } from '../src/corpus/read.ts';
import {
  type Document,
  encodeDocuments,
  TRAINING_FILE,
  VALIDATION_FILE,
} from '../src/finetuning/data/document-source.ts';
import { jokeSample, type TrainingJoke, themesOf } from '../src/finetuning/data/samples.ts';
import { seedJokes } from '../src/finetuning/data/seed-jokes.ts';

import { writeModel } from '../src/finetuning/result/write-model.ts';
import { createRun, runPath } from '../src/finetuning/run/run-folder.ts';
import { trainRun } from '../src/finetuning/run/train-run.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../src/finetuning/settings.ts';
import { emptyWeights, loadWeights } from '../src/finetuning/step/weights.ts';
import { createRandom, shuffled } from '../src/lib/random.ts';
import { type ModelFolder, openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';
import { balancedRepeats, isHeldOut, readTextFiles } from './text-documents.ts';

// Makes the bundled model with Chispa's own trainer, in stages that can be killed and restarted:
//   1. text: continues training a small model on plain text, with some grammar jokes, for the language;
//   2. jokes: continues with grammar jokes, house jokes and some text, with dropout, so that the model learns the forms
//      instead of memorizing the jokes;
//   3. averages the weights that the second stage started with and those it ended with, at one or more shares.
// Usage: npm run models:mini -- --text DIR --jokes FILE [--base FOLDER] [--out DIR] [--minutes 60]
//        [--joke-minutes 20] [--share 0.5] [--share 0.8] [--threads 2] [--megabytes N]
// The results are OUT/mini-es-SHARE; choose one with `npm run models:measure`, and
// `node --import tsx scripts/bundle-model.ts OUT/mini-es-0.5` puts it in models/.

const { values } = parseArgs({
  options: {
    text: { type: 'string' },
    jokes: { type: 'string' },
    base: { type: 'string', default: bundledModelPath },
    out: { type: 'string', default: 'models/mini-es-stages' },
    minutes: { type: 'string', default: '60' }, // for stage 1; 0 skips it
    'joke-minutes': { type: 'string', default: '20' }, // for stage 2
    share: { type: 'string', multiple: true, default: ['0.5'] }, // of stage 2's weights in the average
    megabytes: { type: 'string', default: 'Infinity' }, // read from each text file: less than an hour of training needs less
    rate: { type: 'string', default: '0.0006' }, // for stage 1; stage 2 uses a quarter
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.text || !values.jokes)
  throw new Error('Say where the text and the grammar jokes are: --text DIR --jokes FILE');
const { text, jokes: jokeFile } = values;
const out = resolve(values.out);
const seed = Number(values.seed);
const threads = Number(values.threads);
const rate = Number(values.rate);

interface Stage {
  name: string;
  minutes: number;
  /** Joke tokens per token of text. */
  jokes: { grammar: number; house: number };
  settings: Pick<TrainingSettings, 'dropout' | 'learningRate'>;
}
const STAGES: Stage[] = [
  {
    ...{ name: 'mini-es-text', minutes: Number(values.minutes) },
    ...{ jokes: { grammar: 0.25, house: 0 }, settings: { dropout: 0, learningRate: rate } },
  },
  {
    ...{ name: 'mini-es-jokes', minutes: Number(values['joke-minutes']) },
    ...{ jokes: { grammar: 3, house: 1 }, settings: { dropout: 0.1, learningRate: rate / 4 } },
  },
];
/** Most jokes are learned without a theme: if half had one, a model asked for none would make one up. */
const THEMED = 0.3;
const RESULT = 'mini-es';

let base = values.base;
let before = base;
for (const stage of STAGES.filter(({ minutes }) => minutes > 0)) {
  if (!existsSync(join(out, stage.name))) {
    const run = runPath(out, stage.name);
    if (!existsSync(join(run, 'run.json'))) await prepareDocuments(run, base, stage);
    await finish(run);
  }
  before = base;
  base = join(out, stage.name);
}
for (const share of values.share) {
  const name = `${RESULT}-${share}`;
  if (!existsSync(join(out, name))) await average(before, base, Number(share), name);
}

/** Averages two models of one line, weight by weight (Wortsman et al. 2022, arXiv:2109.01903). */
async function average(first: string, second: string, share: number, name: string): Promise<void> {
  const [from, to] = [await openModelFolder(first), await openModelFolder(second)];
  const [weights, other] = [emptyWeights(from.config), emptyWeights(from.config)];
  await loadWeights(from, weights);
  await loadWeights(to, other);
  for (const [tensor, values] of weights) {
    const added = other.get(tensor);
    for (let i = 0; i < values.length; i++)
      values[i] = (1 - share) * (values[i] ?? 0) + share * (added?.[i] ?? Number.NaN);
  }
  await writeModel(join(out, name), {
    base: to,
    name: RESULT,
    weights,
    prompt: to.manifest.prompt,
    training: { averagedWith: from.sha256, jokes: to.sha256, share },
    write: async () => {},
  });
}

/** Rows of 256 tokens, 8,192 tokens per step. */
function settingsOf({ settings }: Stage): TrainingSettings {
  return {
    ...RECIPE_DEFAULTS.chispa,
    epochs: 10_000, // the time limit ends it
    warmup: 0.02,
    weightDecay: 0.1,
    batch: 32,
    accumulate: 4,
    patience: 0,
    checkpoint: 20,
    seed,
    ...settings,
  };
}

async function prepareDocuments(run: string, from: string, stage: Stage): Promise<void> {
  const base = await openModelFolder(from);
  const files = await readTextFiles(text);
  const random = createRandom(seed);
  const encode = (document: string): Document => ({
    tokens: Int32Array.from([base.config.eos, ...base.tokenizer.encode(document), base.config.eos]),
    from: 1,
  });
  const validation: Document[] = [];
  const sources: Document[][] = [];
  for (const { name, documents } of files) {
    process.stderr.write(`reading ${name}: ${documents.length} documents\n`);
    validation.push(...evenly(documents.filter((_, i) => isHeldOut(i))).map(encode));
    sources.push(evenly(documents.filter((_, i) => !isHeldOut(i))).map(encode));
  }
  const repeats = balancedRepeats(sources.map(size));
  const texts = sources.flatMap((source, i) => repeat(source, repeats[i] ?? 1));
  const { jokes } = await readJokes(jokeFile);
  const grammar = jokes.map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 }));
  const training = texts.concat(
    jokeDocuments(base, grammar, size(texts) * stage.jokes.grammar),
    jokeDocuments(base, seedJokes(), size(texts) * stage.jokes.house),
  );
  const bytes = encodeDocuments(training);
  process.stderr.write(`${training.length} documents, ${size(training)} tokens\n`);
  await createRun(
    run,
    {
      name: stage.name,
      base: base.path,
      baseSha256: base.sha256,
      output: join(out, stage.name),
      settings: settingsOf(stage),
      data: 'documents',
      corpus: `${text} + ${jokeFile} + the house jokes`,
      corpusSha256: createHash('sha256').update(bytes).digest('hex'),
      threads,
      minutes: stage.minutes,
    },
    { [TRAINING_FILE]: bytes, [VALIDATION_FILE]: encodeDocuments(validation) },
  );

  /** Every n-th document, so that at most `--megabytes` of a file are used. */
  function evenly(documents: readonly string[]): string[] {
    const characters = documents.reduce((sum, document) => sum + document.length, 0);
    const every = Math.max(1, characters / (Number(values.megabytes) * 1e6));
    return documents.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
  }

  /** Jokes, repeated with new themes, until they add up to `wanted` tokens. */
  function jokeDocuments(model: ModelFolder, jokes: readonly TrainingJoke[], wanted: number): Document[] {
    const encoded = jokes.map((joke) => ({ ...joke, tokens: model.tokenizer.encode(joke.text) }));
    const documents: Document[] = [];
    for (let tokens = 0; tokens < wanted; )
      for (const joke of shuffled(encoded, random)) {
        const document = jokeSample(model, joke, random, Number.POSITIVE_INFINITY, THEMED);
        documents.push(document);
        tokens += document.tokens.length;
        if (tokens >= wanted) break;
      }
    return documents;
  }

  /** The documents repeated `times` times; the fractional part is a random subset. */
  function repeat(documents: readonly Document[], times: number): Document[] {
    const whole = Array.from({ length: Math.floor(times) }, () => documents).flat();
    return [...whole, ...shuffled(documents, random).slice(0, Math.round((times % 1) * documents.length))];
  }
}

async function finish(run: string): Promise<void> {
  const display = terminalDisplay();
  try {
    await trainRun(run, { onEvent: display.show });
  } finally {
    display.stop();
  }
}

function size(documents: readonly Document[]): number {
  return documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
