import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/db/connect.ts';
import { connect } from '../../src/db/connect.ts';
import { findJokes } from '../../src/db/jokes.ts';
import { claimLearningEvents } from '../../src/db/learning.ts';
import {
  activateModel,
  activeModel,
  ensureModelVersion,
  findModelVersion,
  trialModel,
} from '../../src/db/models.ts';
import { findRun, type TrainingRun } from '../../src/db/training-runs.ts';
import { createVoter } from '../../src/db/voter.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { LoadedModel } from '../../src/engine/engine.ts';
import { seedJokes } from '../../src/finetuning/data/seed-jokes.ts';
import type { ToldJoke } from '../../src/finetuning/measure/tell.ts';
import { jokeFigures } from '../../src/finetuning/measure/text-figures.ts';
import type { TrainingEvent } from '../../src/finetuning/run/events.ts';
import { createJudging } from '../../src/generator/judging.ts';
import type { Logger } from '../../src/lib/log.ts';
import { createRandom, shuffled } from '../../src/lib/random.ts';
import { learn } from '../../src/trainer/learn.ts';
import { PLAN_DEFAULTS } from '../../src/trainer/options.ts';
import { CORPUS_DEFAULTS } from '../../src/trainer/policy/corpus.ts';
import { LEARNING_SETTINGS } from '../../src/trainer/settings.ts';
import { beginVersion } from '../../src/trainer/version.ts';
import { createMemory } from './memory.ts';
import { createCrowd } from './raters.ts';
import type { Taste } from './tastes.ts';
import { tellAndRate } from './telling.ts';
import type { Way } from './ways.ts';

export interface ArmOptions {
  taste: Taste;
  way: Way;
  /** Whether a candidate serves only if the gate promotes it; otherwise every one does. */
  gate: boolean;
  /** Folder of the model that the community starts with. */
  model: string;
  /** File in which that model's jokes are kept for other arms. */
  jokesFile: string;
  rounds: number;
  /** Jokes told and rated in each round; a model is measured on the jokes it tells. */
  jokes: number;
  seed: number;
  threads: number;
  log: Logger;
  /** `share` of a step of a round, 0 to 1. */
  onProgress(step: string, share: number): void;
  onRound(round: Round): void | Promise<void>;
}

/** What the model of one round tells; round 0 is the model that the community started with. */
export interface Round {
  round: number;
  /** Mean hidden score of the jokes told, 1 to 5, and half the width of its 95 % confidence interval. */
  mean: number;
  halfWidth: number;
  /** Mean hidden score of all candidates: what is told without a choice. */
  plain: number;
  distinct2: number;
  /** Share that repeats 8 consecutive words of any training text so far. */
  recited: number;
  selfEnding: number;
  medianWords: number;
  /** The last run before this round, as votes had decided about it at the end of the round. */
  run?: TrainingRun;
  /** Mean hidden score of the jokes that the gate had the former model and the candidate tell. */
  gated?: { former: number; candidate: number };
  /** Mean votes of the former version's jokes and the new one's, if a trial ended in this round. */
  trial?: { former: number; present: number };
  /** The first jokes it told. */
  samples: string[];
}

const SLOTS = 16;
/** Far from the seeds that the gate has its jokes told with, as people's are. */
const FIRST_SEED = 1_000_000;
/** The judge learns when it is told to. */
const NEVER_MS = 24 * 3600_000;

/**
 * A community and its bot, on the real path: the engine tells jokes, they are stored with their requests, raters vote in
 * the database, the trainer learns from there, and the model it makes tells the next jokes. Without `gate`, every candidate is
 * promoted; the gate's verdict is in the round's run.
 */
export async function runArm(options: ArmOptions): Promise<Round[]> {
  const { taste, way, seed, threads, log, jokes: count } = options;
  const folder = await mkdtemp(join(tmpdir(), 'chispa-community-'));
  const store = await connect({ dataDir: join(folder, 'data'), log });
  const remembering = await createMemory(options.model, options.jokesFile);
  const openEngine = async (onTold: (model: string, text: string) => void) =>
    remembering(await startEngine({ provider: 'cpu', precision: 'q8', slots: SLOTS, threads, log }), onTold);
  const engine = await openEngine(() => {});
  const { db } = store;
  const judging = createJudging({ db, engine, log, every: NEVER_MS });
  const voter = createVoter({ secret: `community ${seed}`, dataDir: folder });
  const [crowd, dealing] = [createCrowd(createRandom(seed, 1)), createRandom(seed, 2)];
  const seeds = seedJokes();
  const learned = new Set(seeds.map(({ text }) => text));
  const rounds: Round[] = [];
  try {
    await begin(db, await engine.load(options.model));
    let made: Pick<Round, 'run' | 'gated'> = {};
    for (let round = 0; ; round++) {
      const { told, candidates } = await tellRound(round);
      const plain = meanOf(candidates.map(({ text }) => taste.score(text)));
      const run = made.run && (await findRun(db, made.run.id)); // votes may have decided about it
      const trial = await endedTrial(db);
      const figures = { round, plain, ...figuresOf(told, taste, learned) };
      const played = { ...figures, ...made, ...(run && { run }), ...(trial && { trial }) };
      rounds.push(played);
      await options.onRound(played);
      if (round === options.rounds) return rounds;
      if (way.tunes && !(await trialModel(db))) made = await learnOnce();
    }
  } finally {
    await judging.close();
    await engine.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }

  function tellRound(round: number): Promise<{ told: ToldJoke[]; candidates: ToldJoke[] }> {
    const { best } = way;
    return tellAndRate({
      ...{ db, engine, judging, log, count, best, voter },
      seed: FIRST_SEED * seed + round * count * best,
      votes: (texts) => {
        const votes = texts.map((text) => crowd.votes(taste.score(text)));
        return way.shuffled ? shuffled(votes, dealing) : votes;
      },
      onRated: (share) => options.onProgress('telling', share),
    });
  }

  /** The trainer's run on everything rated so far. */
  async function learnOnce(): Promise<Pick<Round, 'run' | 'gated'>> {
    // Where every candidate serves, its verdict is only of interest for fine-tuning alone.
    const samples = options.gate || (way.best === 1 && !way.shuffled) ? PLAN_DEFAULTS.samples : 0;
    const scores = new Map<string, number[]>();
    const onCompared = (model: string, text: string) => {
      scores.set(model, [...(scores.get(model) ?? []), taste.score(text)]);
      options.onProgress('comparing', [...scores.values()].flat().length / (3 * samples));
    };
    const learning = {
      ...PLAN_DEFAULTS,
      ...{ db, modelsDir: join(folder, 'models'), seedJokes: seeds, threads, log, samples },
      ...{ skipGate: !options.gate, corpus: { ...CORPUS_DEFAULTS, guildShare: 1 } },
      training: { ...LEARNING_SETTINGS, seed },
      openEngine: () => openEngine(onCompared),
      onEvent: (event: TrainingEvent) =>
        event.event === 'step' && options.onProgress('training', event.progress),
    };
    const former = await activeModel(db);
    const opened = await beginVersion(learning, 'experiment', randomUUID());
    const run = await learn(learning, opened);
    if (run.status !== 'promoted' && !(options.gate && ['rejected', 'trial'].includes(run.status)))
      throw new Error(`the run was ${run.status}: ${run.note ?? ''}`);
    const counted = opened.snapshot?.training.filter(({ weight }) => weight > 0) ?? [];
    const jokes = await findJokes(
      db,
      counted.map(({ id }) => id),
    );
    for (const { text } of jokes) learned.add(text);
    const candidate = run.version && (await findModelVersion(db, run.version.id));
    const of = (model: string | undefined) => scores.get(model ?? '') ?? [];
    const gated = { former: meanOf(of(former?.folder)), candidate: meanOf(of(candidate?.folder)) };
    return { run, ...(samples > 0 && { gated }) };
  }
}

async function begin(db: Database, { name, model: folder, sha256, files }: LoadedModel): Promise<void> {
  const { id } = await ensureModelVersion(db, { name, folder, sha256, files, kind: 'imported' });
  await activateModel(db, id);
}

async function endedTrial(db: Database): Promise<Round['trial']> {
  const events = await claimLearningEvents(db);
  const details = events.find(({ kind }) => kind === 'trial-won' || kind === 'trial-lost')?.details;
  return details?.former && details.present
    ? { former: details.former.mean, present: details.present.mean }
    : undefined;
}

function figuresOf(told: readonly ToldJoke[], taste: Taste, learned: ReadonlySet<string>) {
  const texts = told.map(({ text }) => text);
  const scores = texts.map((text) => taste.score(text));
  const mean = meanOf(scores);
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  const { distinct2, medianWords, recited, selfEnding } = jokeFigures(told, [...learned]);
  return {
    mean,
    halfWidth: 1.96 * Math.sqrt(variance / scores.length),
    ...{ distinct2, medianWords, recited, selfEnding },
    samples: texts.slice(0, 3),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
