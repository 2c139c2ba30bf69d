import { houseJokes } from '../corpus/house.ts';
import type { Database } from '../db/connect.ts';
import {
  findBasis,
  type JudgedJoke,
  judgedJokes,
  keepBasis,
  keepEmbeddings,
  keepVariances,
  votesMark,
} from '../db/judge.ts';
import { isRemote } from '../db/models.ts';
import { duelOutcomes } from '../db/trainable.ts';
import type { Engine } from '../engine/engine.ts';
import { fitApart } from '../judge/apart.ts';
import { BASIS_FORM, type Basis, createBasis, featuresOf, type Reading } from '../judge/basis.ts';
import { type Fit, fits, type ReadJoke } from '../judge/fit.ts';
import { drawRatings, type Prediction, predict } from '../judge/predict.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { createRandom } from '../lib/random.ts';
import type { Serving } from './active-model.ts';

/** The version that told the candidates. */
export type JudgedVersion = Pick<Serving, 'version' | 'loaded'>;

export interface Candidates {
  guildId: string | null;
  /** At least one; `embedding` from the version that is asked about. */
  jokes: readonly Reading[];
  /** The same seed draws the same opinion. */
  seed: number;
  /** How far to trust what is not sure: 0 tells what is expected to be best, 1 is Thompson sampling. */
  boldness?: number;
}

export interface Judgement {
  /** For each candidate. */
  predictions: Prediction[];
  /** Index of the one to tell. */
  chosen: number;
  /** Ratings the judge has learned from. */
  learnedFrom: number;
}

export interface Judging {
  /**
   * Which candidate to tell, by one opinion drawn from what the judge believes. Undefined while it knows nothing about this
   * version; from then on, it learns about it in the background.
   */
  judge(version: JudgedVersion, candidates: Candidates): Judgement | undefined;
  /** From how many ratings and duels the judge has learned about a version; 0 while it knows nothing. */
  learnedFrom(version: JudgedVersion): number;
  /** Learns all votes so far about a version now, if there are new ones. Resolves when that is done; never rejects. */
  refit(version: JudgedVersion): Promise<void>;
  close(): Promise<void>;
}

export interface JudgingOptions {
  db: Database;
  engine: Pick<Engine, 'embed'>;
  log: Logger;
  /** Milliseconds between two looks at whether anybody voted. Default 15 s. */
  every?: number;
  /** How to fit; default in a process of its own. */
  fit?: typeof fitApart;
}

const EVERY_MS = 15_000;
/** A version that nobody has asked about for so long is left alone: to learn would bring its weights back into memory. */
const WANTED_MS = 5 * 60_000;
/** House jokes that a basis is made of. */
const BASIS_TEXTS = 200;
/** Jokes embedded before a fit: after a change of models, the first fits do not wait for all of them. */
const EMBEDDED_AT_ONCE = 300;

interface Known {
  version: JudgedVersion;
  basis: Basis;
  fit: Fit;
  mark: string;
}

/**
 * The judge as a generator has it. Everything that a fit is made of is in the database: the votes, the jokes' embeddings, and
 * the version's basis. So nothing is lost with the process, and the next one begins where this one ended.
 */
export function createJudging({
  db,
  engine,
  log,
  every = EVERY_MS,
  fit: fitting = fitApart,
}: JudgingOptions): Judging {
  const known = new Map<number, Known>();
  /** The versions asked about, and when they last were (`performance.now()`). */
  const wanted = new Map<number, { version: JudgedVersion; at: number }>();
  const closing = new AbortController();
  let working: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    for (const { version, at } of wanted.values())
      if (performance.now() - at < WANTED_MS) void refit(version);
  }, every);
  timer.unref();
  /** The votes of versions that there was nothing to learn about. */
  const unlearnable = new Map<number, string>();
  /** Versions with a refit that has not begun. */
  const queued = new Map<number, Promise<void>>();

  function refit(version: JudgedVersion): Promise<void> {
    const { id } = version.version;
    const waiting = queued.get(id);
    if (waiting) return waiting;
    const turn = working.then(async () => {
      queued.delete(id);
      if (closing.signal.aborted) return;
      try {
        await learn(version);
      } catch (error) {
        if (!closing.signal.aborted)
          log.warn({ error: messageOf(error), model: version.version.name }, 'could not fit the judge');
      }
    });
    queued.set(id, turn);
    working = turn;
    return turn;
  }

  async function learn(version: JudgedVersion): Promise<void> {
    const { id, sha256 } = version.version;
    const before = known.get(id);
    const mark = await votesMark(db);
    if (mark === (before?.mark ?? unlearnable.get(id))) return;
    const jokes = await judgedJokes(db, id);
    if (jokes.length === 0 && !before) return void unlearnable.set(id, mark);
    const found = await findBasis(db, id);
    const kept = found?.basis.model === sha256 && found.basis.form === BASIS_FORM ? found : undefined;
    const usual = kept?.basis ?? (await keepBasis(db, id, await newBasis(version)));
    const missing = jokes.filter(({ embedding }) => embedding === undefined);
    const fresh = await embedded(version, missing.slice(-EMBEDDED_AT_ONCE));
    const read = [...jokes, ...fresh].flatMap(({ embedding, ...joke }): ReadJoke[] =>
      embedding ? [{ ...joke, embedding }] : [],
    );
    const votings = { jokes: read, duels: await duelOutcomes(db) };
    const { basis, fit } = await fitting(
      { basis: usual, votings, variances: before?.fit.variances ?? kept?.variances },
      closing.signal,
    );
    await keepVariances(db, id, fit.variances);
    const whole = missing.length <= EMBEDDED_AT_ONCE;
    known.set(id, { version, basis, fit, mark: whole ? mark : '' });
  }

  async function newBasis(version: JudgedVersion): Promise<Basis> {
    const texts = houseJokes().filter(({ heldOut }) => !heldOut);
    const step = Math.max(1, Math.floor(texts.length / BASIS_TEXTS));
    const readings: Reading[] = [];
    for (const { text } of texts.filter((_, i) => i % step === 0)) readings.push(await read(version, text));
    return createBasis(
      version.version.sha256,
      readings,
      texts.map(({ text }) => text),
    );
  }

  async function embedded(version: JudgedVersion, jokes: readonly JudgedJoke[]): Promise<JudgedJoke[]> {
    const found: JudgedJoke[] = [];
    for (const joke of jokes) {
      const { embedding } = await read(version, joke.text);
      found.push({ ...joke, embedding: Array.from(embedding) });
      await keepEmbeddings(db, version.version.id, [{ jokeId: joke.id, embedding }]);
    }
    return found;
  }

  async function read({ loaded }: JudgedVersion, text: string): Promise<Reading> {
    closing.signal.throwIfAborted();
    return { text, embedding: await engine.embed({ model: loaded.model, text }) };
  }

  /** What is known about a version; from the first question on, it is learned in the background. */
  function knownOf(version: JudgedVersion): Known | undefined {
    if (isRemote(version.loaded.model)) return undefined; // a server gives no embeddings
    const { id } = version.version;
    if (!known.has(id) && !wanted.has(id)) void refit(version); // from then on, the timer looks
    wanted.set(id, { version, at: performance.now() });
    const found = known.get(id);
    return found && fits(found.fit, found.basis) && found.basis.model === version.version.sha256
      ? found
      : undefined;
  }

  return {
    learnedFrom: (version) => knownOf(version)?.fit.observations ?? 0,
    judge(version, { guildId, jokes, seed, boldness }) {
      const found = knownOf(version);
      if (!found) return undefined;
      const { basis, fit } = found;
      const features = jokes.map((joke) => featuresOf(basis, joke));
      const drawn = drawRatings(fit, features, guildId, createRandom(seed), boldness);
      return {
        predictions: features.map((joke) => predict(fit, joke, guildId)),
        chosen: drawn.indexOf(Math.max(...drawn)),
        learnedFrom: fit.observations,
      };
    },
    refit,
    async close() {
      closing.abort();
      clearInterval(timer);
      await working;
    },
  };
}
