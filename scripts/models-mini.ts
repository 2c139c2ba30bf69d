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

import { jokeSample, themesOf } from '../src/finetuning/data/samples.ts';
import { seedJokes } from '../src/finetuning/data/seed-jokes.ts';

import { writeModel } from '../src/finetuning/result/write-model.ts';
import { prepareRun } from '../src/finetuning/run/prepare.ts';
import { createRun, runPath } from '../src/finetuning/run/run-folder.ts';
import { trainRun } from '../src/finetuning/run/train-run.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../src/finetuning/settings.ts';
import { emptyWeights, loadWeights } from '../src/finetuning/step/weights.ts';
import { createRandom, shuffled } from '../src/lib/random.ts';
import { type ModelFolder, openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';
import { balancedRepeats, isHeldOut, readTextFiles } from './text-documents.ts';

// Makes the bundled model with Chispa's own trainer, in stages that can be killed and started again:
//   1. continues training a small model on plain text, mixed with some jokes of the grammar: the language;
//   2. goes on with mostly jokes of the grammar: whole, correct jokes, and what a theme is for;
//   3. fine-tunes it on the seed jokes;
//   4. averages the weights of the last two: the one tells whole jokes but recites the grammar, the other does neither.
// Usage: npm run models:mini -- --text DIR --jokes FILE [--base FOLDER] [--out DIR] [--minutes 60]
//        [--joke-minutes 20] [--threads 2] [--megabytes N]
// The result is OUT/mini-es; `node --import tsx scripts/bundle-model.ts OUT/mini-es` puts it into models/.

const { values } = parseArgs({
  options: {
    text: { type: 'string' },
    jokes: { type: 'string' },
    base: { type: 'string', default: bundledModelPath },
    out: { type: 'string', default: 'models/mini-es-stages' },
    minutes: { type: 'string', default: '60' }, // of stage 1
    'joke-minutes': { type: 'string', default: '20' }, // of stage 2
    megabytes: { type: 'string', default: 'Infinity' }, // of each text file: less than an hour needs less
    rate: { type: 'string', default: '0.0006' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.text || !values.jokes)
  throw new Error('Say where the text and the jokes of the grammar are: --text DIR --jokes FILE');
const { text, jokes: jokeFile } = values;
const out = resolve(values.out);
const seed = Number(values.seed);
const threads = Number(values.threads);
/** Stages on documents: what part of their tokens are jokes of the grammar, and how long they take. */
const DOCUMENT_STAGES = [
  { name: 'mini-es-text', share: 0.2, minutes: Number(values.minutes) },
  { name: 'mini-es-grammar', share: 0.85, minutes: Number(values['joke-minutes']) },
];
const SEED_STAGE = 'mini-es-seeds';
const RESULT = 'mini-es';
/** What the model of the seed jokes counts in the average; chosen by `npm run models:measure` among 0.35, 0.45, 0.55. */
const SEED_SHARE = 0.55;

let base = values.base;
for (const stage of DOCUMENT_STAGES) {
  if (!existsSync(join(out, stage.name))) {
    const run = runPath(out, stage.name);
    if (!existsSync(join(run, 'run.json'))) await prepareDocuments(run, base, stage);
    await finish(run);
  }
  base = join(out, stage.name);
}
if (!existsSync(join(out, SEED_STAGE))) {
  const run = runPath(out, SEED_STAGE);
  if (!existsSync(join(run, 'run.json'))) await prepareSeedJokes(base);
  await finish(run);
}

if (!existsSync(join(out, RESULT))) await average(base, join(out, SEED_STAGE));

/** Averages two models of one line, weight by weight (Wortsman et al. 2022, arXiv:2109.01903). */
async function average(first: string, second: string): Promise<void> {
  const [grammar, seeds] = [await openModelFolder(first), await openModelFolder(second)];
  const [weights, other] = [emptyWeights(grammar.config), emptyWeights(grammar.config)];
  await loadWeights(grammar, weights);
  await loadWeights(seeds, other);
  for (const [name, values] of weights) {
    const added = other.get(name);
    for (let i = 0; i < values.length; i++)
      values[i] = (1 - SEED_SHARE) * (values[i] ?? 0) + SEED_SHARE * (added?.[i] ?? Number.NaN);
  }
  await writeModel(join(out, RESULT), {
    base: seeds,
    name: RESULT,
    weights,
    prompt: seeds.manifest.prompt,
    training: { averagedWith: grammar.sha256, seeds: seeds.sha256, seedShare: SEED_SHARE },
    write: async () => {},
  });
}

/** Rows of 256 tokens, 8,192 tokens a step; one pass needs no dropout. */
function textSettings(): TrainingSettings {
  return {
    ...RECIPE_DEFAULTS.chispa,
    epochs: 10_000, // the time limit ends it
    learningRate: Number(values.rate),
    warmup: 0.02,
    weightDecay: 0.1,
    dropout: 0,
    batch: 32,
    accumulate: 4,
    patience: 0,
    checkpoint: 50,
    seed,
  };
}

async function prepareDocuments(
  run: string,
  from: string,
  { name: stage, share, minutes }: (typeof DOCUMENT_STAGES)[number],
): Promise<void> {
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
    validation.push(...documents.filter((_, i) => isHeldOut(i)).map(encode));
    sources.push(evenly(documents.filter((_, i) => !isHeldOut(i))).map(encode));
  }
  const repeats = balancedRepeats(sources.map(size));
  const texts = sources.flatMap((source, i) => repeat(source, repeats[i] ?? 1));
  const training = texts.concat(await jokeDocuments(base, size(texts)));
  const bytes = encodeDocuments(training);
  process.stderr.write(`${training.length} documents, ${size(training)} tokens\n`);
  await createRun(
    run,
    {
      name: stage,
      base: base.path,
      baseSha256: base.sha256,
      output: join(out, stage),
      settings: textSettings(),
      data: 'documents',
      corpus: `${text} + ${jokeFile}`,
      corpusSha256: createHash('sha256').update(bytes).digest('hex'),
      threads,
      minutes,
    },
    { [TRAINING_FILE]: bytes, [VALIDATION_FILE]: encodeDocuments(validation) },
  );

  /** Every n-th document, so that what is read of a file is within `--megabytes`. */
  function evenly(documents: readonly string[]): string[] {
    const characters = documents.reduce((sum, document) => sum + document.length, 0);
    const every = Math.max(1, characters / (Number(values.megabytes) * 1e6));
    return documents.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
  }

  /** Jokes as the joke stage will write them, repeated with new themes until they make up their share. */
  async function jokeDocuments(model: ModelFolder, textTokens: number): Promise<Document[]> {
    const jokes = (await readJokes(jokeFile)).jokes.map((joke) => ({
      text: joke.text,
      themes: themesOf(joke),
      weight: 1,
      tokens: model.tokenizer.encode(joke.text),
    }));
    const wanted = (textTokens * share) / (1 - share);
    const documents: Document[] = [];
    for (let tokens = 0; tokens < wanted; )
      for (const joke of shuffled(jokes, random)) {
        const document = jokeSample(model, joke, random, Number.POSITIVE_INFINITY);
        documents.push(document);
        tokens += document.tokens.length;
        if (tokens >= wanted) break;
      }
    return documents;
  }

  /** The documents `times` over; the fraction is a random part of them. */
  function repeat(documents: readonly Document[], times: number): Document[] {
    const whole = Array.from({ length: Math.floor(times) }, () => documents).flat();
    return [...whole, ...shuffled(documents, random).slice(0, Math.round((times % 1) * documents.length))];
  }
}

async function prepareSeedJokes(from: string): Promise<void> {
  await prepareRun({
    base: from,
    modelsDir: out,
    name: SEED_STAGE,
    jokes: seedJokes(),
    corpus: 'the jokes of the house',
    settings: { ...RECIPE_DEFAULTS.chispa, epochs: 30, seed },
    threads,
  });
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
