import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readJokes } from '../src/corpus/read.ts';
import { jokeLosses } from '../src/finetuning/measure/evaluate.ts';
import { prepareRun } from '../src/finetuning/run/prepare.ts';
import { trainRun } from '../src/finetuning/run/train-run.ts';
import { RECIPE_DEFAULTS } from '../src/finetuning/settings.ts';
import { createRandom, shuffled } from '../src/lib/random.ts';
import { table } from '../src/lib/table.ts';
import { openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';
import { CORPUS_DEFAULTS, learningCorpus } from '../src/trainer/policy/corpus.ts';
import { pairedBootstrap } from '../src/trainer/policy/gate.ts';
import { fitVoteModel, jokeValue, type RatedJoke } from '../src/trainer/policy/vote-model.ts';
import { type Claim, type JudgedVotes, judgeClaims, judgeVotes } from './judged-votes.ts';
import { ratedFromVotes } from './rated-from-votes.ts';

// npm run experiment:votes -- FILE [--judge] [--model FOLDER] [--epochs 3] [--threads 2] [--json]
// How well does the judge predict what people voted on jokes it has not seen? Exits 1 if its claims do not hold. `--judge`
// leaves it at that.
// Does training on real votes teach what people like? The loss on held-out well-rated jokes against that on badly rated
// ones: before training, after training on the votes, and after training on the same votes shuffled across jokes.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: bundledModelPath },
    epochs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    judge: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (!file) throw new Error('Say which file of jokes with votes: npm run experiment:votes -- FILE');
const threads = Number(values.threads);
const seed = Number(values.seed);
let folder = '';
/** Share of the held-out jokes that count as well rated, and as badly rated. */
const EXTREME = 1 / 3;

const { jokes } = await readJokes(file);
const rated = ratedFromVotes(jokes);
const voteModel = fitVoteModel(rated);
const say = (line: string) => process.stderr.write(`${line}\n`);
say(`${rated.length} jokes with votes; a prior vote counts as ${voteModel.shrinkage.toFixed(1)} votes`);

const worth = new Map(rated.map((joke) => [joke.text, jokeValue(joke, voteModel)]));
const options = { ...CORPUS_DEFAULTS, guildShare: 1 };
const heldOut = learningCorpus(rated, [], options)
  .heldOut.map(({ text }) => text)
  .sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
const count = Math.round(heldOut.length * EXTREME);
const well = heldOut.slice(0, count);
const badly = heldOut.slice(-count);
say(`${heldOut.length} held out: the ${count} best and the ${count} worst rated are compared`);

interface Arm {
  name: string;
  well: number[];
  badly: number[];
}

const judged = await judgeVotes(jokes, { model: values.model, threads, seed });
const claims = judgeClaims(judged);
if (!values.json) reportJudge(judged, claims);
if (claims.some(({ holds }) => !holds)) process.exitCode = 1;
if (!values.judge) await compareTrainings();
else if (values.json) process.stdout.write(`${JSON.stringify({ judge: judged })}\n`);

async function compareTrainings(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'chispa-votes-'));
  try {
    const before = await measure('before', values.model);
    const real = await train('votes', rated);
    const shuffledVotes = await train('shuffled', dealtOut(rated));
    report([before, real, shuffledVotes], contrast(real, shuffledVotes));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportJudge({ learnedFrom, heldOut, rmse, splitHalf, ceiling }: JudgedVotes, claims: Claim[]): void {
  const out = (line: string) => process.stdout.write(`${line}\n`);
  out(
    `The judge, from ${learnedFrom} jokes, on ${heldOut} others: RMSE ${rmse.judge.toFixed(4)}, always the mean ${rmse.mean.toFixed(4)}`,
  );
  out(
    `Two halves of a joke's raters correlate at ${splitHalf.toFixed(3)}, so that a perfect judge would at ${ceiling.toFixed(3)}`,
  );
  for (const { claim, holds } of claims) out(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
  out('');
}

async function train(name: string, jokes: readonly RatedJoke[]): Promise<Arm> {
  const { training } = learningCorpus(jokes, [], options);
  const held = new Set(heldOut);
  const run = await prepareRun({
    base: values.model,
    modelsDir: folder,
    name,
    // With other votes, another of two near-duplicates is kept; drop those so that the model never trains on test jokes.
    jokes: training.filter(({ text }) => !held.has(text)),
    corpus: file ?? '',
    settings: { ...RECIPE_DEFAULTS.chispa, epochs: Number(values.epochs), patience: 0, checkpoint: 0, seed },
    threads,
  });
  say(`${name}: ${training.length} jokes count`);
  await trainRun(run, {
    onEvent: (event) => {
      if (event.event === 'epoch')
        say(`  epoch ${event.epoch}: validation ${event.validationLoss.toFixed(4)}`);
    },
  });
  return measure(name, join(folder, name));
}

async function measure(name: string, path: string): Promise<Arm> {
  const model = await openModelFolder(path);
  return {
    name,
    well: await jokeLosses(model, well, { threads }),
    badly: await jokeLosses(model, badly, { threads }),
  };
}

/** The same votes, each joke with another one's. */
function dealtOut(jokes: readonly RatedJoke[]): RatedJoke[] {
  const others = shuffled(jokes, createRandom(seed));
  return jokes.map((joke, i) => {
    const { votes, mean, variance } = others[i] ?? joke;
    return { ...joke, votes, mean, variance };
  });
}

/** How much more training on votes lowers the loss of well-rated jokes than that of badly rated ones. */
function contrast(real: Arm, control: Arm): { gain: number; chance: number } {
  const weights = well.map(() => 1);
  const difference = ({ well, badly }: Arm) => well.map((loss, i) => loss - (badly[i] ?? Number.NaN));
  return pairedBootstrap({ active: difference(control), candidate: difference(real), weights });
}

function report(arms: readonly Arm[], { gain, chance }: { gain: number; chance: number }): void {
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const rows = arms.map((arm) => ({
    arm: arm.name,
    wellRated: mean(arm.well),
    badlyRated: mean(arm.badly),
    difference: mean(arm.well) - mean(arm.badly),
  }));
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ jokes: rated.length, compared: count, arms: rows, gain, chance, judge: judged })}\n`,
    );
    return;
  }
  const cells = rows.map(({ arm, wellRated, badlyRated, difference }) => [
    arm,
    wellRated.toFixed(4),
    badlyRated.toFixed(4),
    difference.toFixed(4),
  ]);
  process.stdout.write(`${table(['nats per token', 'well rated', 'badly rated', 'difference'], cells)}\n`);
  process.stdout.write(
    `Votes against shuffled votes: ${gain.toFixed(4)} nats per token in favor of well-rated jokes, p = ${chance.toFixed(3)}\n`,
  );
}
