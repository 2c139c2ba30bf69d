import { duplicateGroups } from '../src/corpus/duplicates.ts';
import { houseJokes } from '../src/corpus/house.ts';
import type { Joke } from '../src/corpus/joke.ts';
import { startEngine } from '../src/engine/client.ts';
import type { Engine } from '../src/engine/engine.ts';
import { splitByHash } from '../src/finetuning/data/split.ts';
import { createBasis, featuresOf, type Reading } from '../src/judge/basis.ts';
import { fitVotings, type ReadJoke } from '../src/judge/fit.ts';
import { predict } from '../src/judge/predict.ts';
import { createLog } from '../src/lib/log.ts';
import { createRandom, type Random } from '../src/lib/random.ts';
import { CORPUS_DEFAULTS } from '../src/trainer/policy/corpus.ts';
import { pairedBootstrap } from '../src/trainer/policy/gate.ts';
import { ratedFromVotes } from './rated-from-votes.ts';

/** How well the judge predicts the mean votes of jokes it has not seen. */
export interface JudgedVotes {
  learnedFrom: number;
  heldOut: number;
  /** Root of the mean squared error, in points: always saying the learned jokes' mean, and the judge. */
  rmse: { mean: number; judge: number };
  /** Share of resamples in which the judge's error is not smaller. */
  chance: number;
  /** Rank correlation of predictions and mean votes. */
  spearman: number;
  /** Correlation of the votes of two halves of each joke's raters, and what it lets a perfect judge reach (Spearman–Brown). */
  splitHalf: number;
  ceiling: number;
}

export interface Claim {
  claim: string;
  holds: boolean;
}

/** Least rank correlation, and largest chance that the judge's error is not below the mean's. */
const SPEARMAN = 0.25;
const CHANCE = 0.01;

export const judgeClaims = ({ spearman, chance, ceiling }: JudgedVotes): Claim[] => [
  {
    claim: `its predictions have a rank correlation of ${spearman.toFixed(3)} with the votes, ${((100 * spearman) / ceiling).toFixed(0)} % of the ceiling (at least ${SPEARMAN})`,
    holds: spearman >= SPEARMAN,
  },
  {
    claim: `its error is below the mean's, with a chance of ${(100 * chance).toFixed(2)} % that it is not (at most ${100 * CHANCE} %)`,
    holds: chance <= CHANCE,
  },
];

const HOUSE = 200;
const GUILD = 'file';

export async function judgeVotes(
  jokes: readonly Joke[],
  { model, threads, seed }: { model: string; threads: number; seed: number },
): Promise<JudgedVotes> {
  const rated = ratedFromVotes(jokes);
  const texts = rated.map(({ text }) => text);
  const sides = splitByHash(rated, ({ text }) => text, duplicateGroups(texts), CORPUS_DEFAULTS.heldOut);
  const engine = await startEngine({
    provider: 'cpu',
    precision: 'fp32',
    slots: 1,
    threads,
    log: createLog('error'),
  });
  try {
    const loaded = await engine.load(model);
    const house = houseTexts();
    const step = Math.floor(house.length / HOUSE);
    const spread = house.filter((_, i) => i % step === 0);
    const usual = createBasis(loaded.sha256, await readAll(engine, model, spread), house);
    const read = async (side: typeof rated): Promise<ReadJoke[]> => {
      const readings = await readAll(
        engine,
        model,
        side.map(({ text }) => text),
      );
      return side.map((joke, i) => ({ ...joke, guildId: GUILD, embedding: readings[i]?.embedding ?? [] }));
    };
    const [training, heldOut] = [await read(sides.training), await read(sides.validation)];
    const { basis, fit } = fitVotings(usual, { jokes: training, duels: [] });
    const predicted = heldOut.map((joke) => predict(fit, featuresOf(basis, joke), GUILD).mean);
    const given = heldOut.map(({ mean }) => mean);
    const mean = average(training.map((joke) => joke.mean));
    const errors = {
      mean: given.map((value) => (value - mean) ** 2),
      judge: given.map((value, i) => (value - (predicted[i] ?? Number.NaN)) ** 2),
    };
    const weights = given.map(() => 1);
    const held = new Set(heldOut.map(({ text }) => text));
    const splitHalf = halvesAgree(
      jokes.filter(({ text }) => held.has(text)),
      createRandom(seed),
    );
    return {
      learnedFrom: training.length,
      heldOut: heldOut.length,
      rmse: { mean: Math.sqrt(average(errors.mean)), judge: Math.sqrt(average(errors.judge)) },
      chance: pairedBootstrap({ active: errors.mean, candidate: errors.judge, weights }).chance,
      spearman: correlation(ranks(predicted), ranks(given)),
      splitHalf,
      ceiling: Math.sqrt(Math.max(0, (2 * splitHalf) / (1 + splitHalf))),
    };
  } finally {
    await engine.close();
  }
}

const houseTexts = (): string[] =>
  houseJokes()
    .filter(({ heldOut }) => !heldOut)
    .map(({ text }) => text);

async function readAll(engine: Engine, model: string, texts: readonly string[]): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const text of texts) readings.push({ text, embedding: await engine.embed({ model, text }) });
  return readings;
}

/** Correlation of the means of two random halves of each joke's votes. */
function halvesAgree(jokes: readonly Joke[], random: Random): number {
  const halves = ratedHalves(jokes, random);
  return correlation(
    halves.map(([a]) => a),
    halves.map(([, b]) => b),
  );
}

function ratedHalves(jokes: readonly Joke[], random: Random): [number, number][] {
  return jokes.flatMap(({ votes }) => {
    const scores = votes?.flatMap((count, score) => Array<number>(count).fill(Math.max(1, score))) ?? [];
    if (scores.length < 2) return [];
    const order = scores.map((score) => ({ score, at: random.unit() })).sort((a, b) => a.at - b.at);
    const half = order.length >> 1;
    const of = (part: typeof order) => average(part.map(({ score }) => score));
    return [[of(order.slice(0, half)), of(order.slice(half))]];
  });
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Pearson's. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [average(a), average(b)];
  const products = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? Number.NaN) - my), 0);
  return (
    products(a, meanA, b, meanB) / Math.sqrt(products(a, meanA, a, meanA) * products(b, meanB, b, meanB))
  );
}

/** The place of each value in ascending order; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const places = Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (let k = from; k < to; k++) places[order[k]?.i ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return places;
}
