import { readFile, writeFile } from 'node:fs/promises';
import { houseJokes } from '../../src/corpus/house.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { Engine, LoadedModel } from '../../src/engine/engine.ts';
import { tellJokes } from '../../src/finetuning/measure/tell.ts';
import { type Basis, createBasis, featuresOf, type Reading } from '../../src/judge/basis.ts';
import type { Logger } from '../../src/lib/log.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';

/** A joke as a candidate. */
export interface Candidate {
  text: string;
  features: Float64Array;
}

/** What all tastes are told from: the model's jokes, house jokes, and how long a joke takes. */
export interface Pool {
  told: Candidate[];
  house: Candidate[];
  cost: Cost;
}

/** Milliseconds a joke, in batches of eight rows. */
export interface Cost {
  plain: number;
  judged: number;
}

const SLOTS = 8;
/** House jokes that the basis is made of, and those among the candidates. */
const HOUSE = 200;
const HOUSE_TEXTS = houseJokes()
  .filter(({ heldOut }) => !heldOut)
  .map(({ text }) => text);

export async function createPool(options: {
  model: string;
  jokes: number;
  seed: number;
  threads: number;
  log: Logger;
  /** A file with candidates, to be written if there is none. */
  file?: string | undefined;
}): Promise<Pool> {
  const { model, jokes: count, seed, threads, log, file } = options;
  const engine = await startEngine({ provider: 'cpu', precision: 'q8', slots: SLOTS, threads, log });
  try {
    const loaded = await engine.load(model);
    const house = await readHouse(engine, loaded);
    const basis = createBasis(loaded.sha256, house.slice(0, HOUSE), HOUSE_TEXTS);
    const told =
      (file !== undefined && (await keptReadings(file))) || (await tell(engine, loaded, { count, seed }));
    if (file !== undefined) await writeFile(file, JSON.stringify(told));
    return {
      told: told.map((reading) => candidate(basis, reading)),
      house: house.slice(HOUSE).map((reading) => candidate(basis, reading)),
      cost: await costOf(engine, loaded, basis),
    };
  } finally {
    await engine.close();
  }
}

const candidate = (basis: Basis, reading: Reading): Candidate => ({
  text: reading.text,
  features: featuresOf(basis, reading),
});

async function tell(
  engine: Engine,
  loaded: LoadedModel,
  options: { count: number; seed: number },
): Promise<Reading[]> {
  const told = await tellJokes(engine, loaded, { ...options, embed: true });
  return told
    .filter(({ finish, text }) => finish === 'end' && text.trim() !== '')
    .map(({ text, embedding = [] }) => ({ text, embedding: Array.from(embedding) }));
}

async function keptReadings(file: string): Promise<Reading[] | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Reading[]; // written by `createPool`
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readHouse(engine: Engine, { model }: LoadedModel): Promise<Reading[]> {
  const step = Math.floor(HOUSE_TEXTS.length / (2 * HOUSE));
  const readings: Reading[] = [];
  for (const text of HOUSE_TEXTS.filter((_, i) => i % step === 0))
    readings.push({ text, embedding: await engine.embed({ model, text }) });
  return readings;
}

const ROUNDS = 60;

/** Eight rows as ever, and eight rows with what the judge needs of them; in turns, the median round of each. */
async function costOf(engine: Engine, loaded: LoadedModel, basis: Basis): Promise<Cost> {
  const times: { plain: number[]; judged: number[] } = { plain: [], judged: [] };
  const settings = { ...BOT_DEFAULTS, maxTokens: Math.min(BOT_DEFAULTS.maxTokens, loaded.context - 1) };
  for (let round = 0; round < ROUNDS; round++)
    for (const embed of [false, true]) {
      const begun = performance.now();
      const rows = Array.from({ length: SLOTS }, (_, i) =>
        engine.generate({
          ...{ model: loaded.model, prompt: { kind: 'joke' }, settings, seed: round * SLOTS + i, embed },
        }),
      );
      for (const { text, embedding } of await Promise.all(rows))
        if (embedding) featuresOf(basis, { text, embedding });
      times[embed ? 'judged' : 'plain'].push((performance.now() - begun) / SLOTS);
    }
  const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
  return { plain: median(times.plain), judged: median(times.judged) };
}
