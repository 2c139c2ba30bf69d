// npm run bench:best-of [-- ROUNDS]: what it costs to choose one of eight jokes, beyond writing eight in the same batch. The
// judge has learned from 400 rated jokes. Exit 1 if it is more than a fifth.
import { cpus } from 'node:os';
import { houseJokes } from '../src/corpus/house.ts';
import type { JokeRequest } from '../src/db/request-shape.ts';
import { startEngine } from '../src/engine/client.ts';
import type { Serving } from '../src/generator/active-model.ts';
import { createBestOf } from '../src/generator/best-of.ts';
import type { Judging } from '../src/generator/judging.ts';
import { createSpareSlots } from '../src/generator/spare-slots.ts';
import { writeJoke } from '../src/generator/write-joke.ts';
import { createBasis, featuresOf } from '../src/judge/basis.ts';
import { fitJudge } from '../src/judge/fit.ts';
import { rating } from '../src/judge/observations.ts';
import { drawRatings, predict } from '../src/judge/predict.ts';
import { createLog } from '../src/lib/log.ts';
import { createRandom } from '../src/lib/random.ts';
import { BOT_DEFAULTS } from '../src/lib/settings.ts';
import { bundledModelPath } from '../src/models/registry.ts';
import { createSafety } from '../src/safety/safety.ts';

const rounds = Number(process.argv[2] ?? 20);
const CANDIDATES = 8;
const RATED = 400;
/** Most that the choice may cost, as a share of the writing. */
const GOAL = 0.2;
const log = createLog('warn');
const engine = await startEngine({
  ...{ provider: 'cpu', threads: Math.max(1, cpus().length - 1), slots: CANDIDATES, precision: 'q8' },
  log,
});
const loaded = await engine.load(bundledModelPath);
const serving = { version: { id: 1, sha256: loaded.sha256 }, loaded } as Serving; // all that is read of it

const random = createRandom(1);
const texts = houseJokes()
  .filter(({ heldOut }) => !heldOut)
  .slice(0, RATED)
  .map(({ text }) => text);
const readings = [];
for (const text of texts)
  readings.push({ text, embedding: await engine.embed({ model: loaded.model, text }) });
const basis = createBasis(loaded.sha256, readings, texts);
const observations = readings.map((reading) =>
  rating(
    { features: featuresOf(basis, reading), guildId: '1' },
    { votes: 4, mean: 1 + 4 * random.unit() },
    1.4,
  ),
);
const fit = fitJudge(observations, { model: basis.model, basis: basis.id });
/** As `createJudging` answers, from one fit. */
const judging = {
  learnedFrom: () => fit.observations,
  judge(_, { guildId, jokes, seed }) {
    const features = jokes.map((joke) => featuresOf(basis, joke));
    const drawn = drawRatings(fit, features, guildId, createRandom(seed));
    const predictions = features.map((one) => predict(fit, one, guildId));
    return { predictions, chosen: drawn.indexOf(Math.max(...drawn)), learnedFrom: fit.observations };
  },
} as Partial<Judging> as Judging;

const safety = createSafety();
const never = new AbortController().signal;
const best = createBestOf({
  clock: Date,
  engine,
  safety,
  judging,
  spare: createSpareSlots(CANDIDATES),
  bestOf: CANDIDATES,
  toldLast: async () => [],
});
const requestOf = (seed: number) =>
  ({
    ...{ kind: 'joke', newOnly: false, settings: BOT_DEFAULTS, safeMode: true, seed },
    ...{ by: { kind: 'day', guildId: '1' }, deadline: new Date(Date.now() + 600_000) },
  }) as JokeRequest;

async function timed(write: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await write();
  return performance.now() - start;
}
/** The same eight seeds as a choice has. */
const seedsOf = (seed: number): number[] => {
  const others = createRandom(seed, 1);
  return [seed, ...Array.from({ length: CANDIDATES - 1 }, () => others.int32() >>> 0)];
};
const times = { plain: [] as number[], chosen: [] as number[] };
for (let round = 0; round < rounds + 2; round++) {
  const seed = 1000 + round;
  const plain = await timed(() =>
    Promise.all(
      seedsOf(seed).map((one) =>
        writeJoke({ engine, safety, clock: Date }, requestOf(one), serving, never, () => {}),
      ),
    ),
  );
  const chosen = await timed(() =>
    best.write(requestOf(seed), serving, never, { count: CANDIDATES, adventure: 'balanced' }),
  );
  if (round < 2) continue; // warming up
  times.plain.push(plain);
  times.chosen.push(chosen);
}
await engine.close();
const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const share = median(times.chosen.map((time, i) => time / (times.plain[i] ?? Number.NaN))) - 1;
process.stdout.write(
  `${CANDIDATES} jokes written: ${median(times.plain).toFixed(0)} ms; and one chosen: ${median(times.chosen).toFixed(0)} ms (${(100 * share).toFixed(1)} % more, median of ${rounds} rounds; at most ${100 * GOAL} %)\n`,
);
process.exit(share <= GOAL ? 0 : 1);
