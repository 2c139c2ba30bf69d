import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { terminalDisplay } from '../src/cli/training-display.ts';
import { defaultCorpus, readJokes } from '../src/corpus/read.ts';
import { type ModelFolder, openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';
import {
  type Document,
  encodeDocuments,
  TRAINING_FILE,
  VALIDATION_FILE,
} from '../src/training/document-source.ts';
import { prepareRun } from '../src/training/prepare.ts';
import { createRandom, shuffled } from '../src/training/random.ts';
import { createRun, runPath } from '../src/training/run-folder.ts';
import { jokeSample, type TrainingJoke, themesOf } from '../src/training/samples.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../src/training/settings.ts';
import { balancedRepeats, isHeldOut, readTextFiles } from '../src/training/text-documents.ts';
import { trainRun } from '../src/training/trainer.ts';

// Makes the bundled model with Chispa's own trainer, in two stages that can be killed and started again:
//   1. continues training a small model on plain text, mixed with jokes of the grammar;
//   2. fine-tunes it on the seed jokes.
// Usage: npm run models:mini -- --text DIR [--jokes FILE] [--base FOLDER] [--out DIR] [--minutes 60]
//        [--threads 2] [--megabytes N]
// The result is OUT/mini-es; `node --import tsx scripts/bundle-model.ts OUT/mini-es` puts it into models/.

const { values } = parseArgs({
  options: {
    text: { type: 'string' },
    jokes: { type: 'string' },
    'joke-share': { type: 'string', default: '0.2' },
    base: { type: 'string', default: bundledModelPath },
    out: { type: 'string', default: 'models/mini-es-stages' },
    minutes: { type: 'string', default: '60' },
    megabytes: { type: 'string', default: 'Infinity' }, // of each text file: less than an hour needs less
    rate: { type: 'string', default: '0.0006' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.text) throw new Error('Say where the text is: --text DIR');
const { text } = values;
const out = resolve(values.out);
const seed = Number(values.seed);
const threads = Number(values.threads);
const TEXT_STAGE = 'mini-es-text';
const JOKE_STAGE = 'mini-es';

const textModel = join(out, TEXT_STAGE);
if (!existsSync(textModel)) {
  const run = runPath(out, TEXT_STAGE);
  if (!existsSync(join(run, 'run.json'))) await prepareText(run);
  await finish(run);
}
if (!existsSync(join(out, JOKE_STAGE))) {
  const run = runPath(out, JOKE_STAGE);
  if (!existsSync(join(run, 'run.json'))) await prepareJokes();
  await finish(run);
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

async function prepareText(run: string): Promise<void> {
  const base = await openModelFolder(values.base);
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
  let training = sources.flatMap((source, i) => repeat(source, repeats[i] ?? 1));
  if (values.jokes) training = training.concat(await jokeDocuments(base, values.jokes, size(training)));
  const bytes = encodeDocuments(training);
  process.stderr.write(`${training.length} documents, ${size(training)} tokens\n`);
  await createRun(
    run,
    {
      name: TEXT_STAGE,
      base: base.path,
      baseSha256: base.sha256,
      output: textModel,
      settings: textSettings(),
      data: 'documents',
      corpus: [text, values.jokes].filter(Boolean).join(' + '),
      corpusSha256: createHash('sha256').update(bytes).digest('hex'),
      threads,
      minutes: Number(values.minutes),
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
  async function jokeDocuments(model: ModelFolder, file: string, textTokens: number): Promise<Document[]> {
    const share = Number(values['joke-share']);
    const jokes = (await readJokes(file)).jokes.map((joke) => ({
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

async function prepareJokes(): Promise<void> {
  const { jokes } = await readJokes(defaultCorpus);
  await prepareRun({
    base: textModel,
    modelsDir: out,
    name: JOKE_STAGE,
    jokes: jokes.map((joke): TrainingJoke => ({ text: joke.text, themes: themesOf(joke), weight: 1 })),
    corpus: defaultCorpus,
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
