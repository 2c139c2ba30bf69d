import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { houseJokes } from '../../src/corpus/house.ts';
import type { Database } from '../../src/db/connect.ts';
import { connect } from '../../src/db/connect.ts';
import { findJokes, storeJoke } from '../../src/db/jokes.ts';
import { activateModel, activeModel, ensureModelVersion } from '../../src/db/models.ts';
import { rate } from '../../src/db/ratings.ts';
import { finishRequest, insertRequest } from '../../src/db/requests.ts';
import type { TrainingRun } from '../../src/db/training-runs.ts';
import { createVoter, type Voter } from '../../src/db/voter.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { LoadedModel } from '../../src/engine/engine.ts';
import { seedJokes } from '../../src/finetuning/data/seed-jokes.ts';
import { type ToldJoke, tellJokes } from '../../src/finetuning/measure/tell.ts';
import { jokeFigures } from '../../src/finetuning/measure/text-figures.ts';
import type { Logger } from '../../src/lib/log.ts';
import { createRandom, shuffled } from '../../src/lib/random.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { learn } from '../../src/trainer/learn.ts';
import { PLAN_DEFAULTS } from '../../src/trainer/options.ts';
import { CORPUS_DEFAULTS } from '../../src/trainer/policy/corpus.ts';
import { LEARNING_SETTINGS } from '../../src/trainer/settings.ts';
import { beginVersion } from '../../src/trainer/version.ts';
import { createCrowd, type SimulatedVote } from './raters.ts';
import type { Taste } from './tastes.ts';

export interface ArmOptions {
  taste: Taste;
  /** Shuffles each round's votes across its jokes: the control. */
  shuffled: boolean;
  /** Whether a candidate serves only if the gate promotes it; otherwise every one does. */
  gate: boolean;
  /** Folder of the model that the community starts with. */
  model: string;
  rounds: number;
  /** Jokes told and rated in each round; a model is measured on the jokes it tells. */
  jokes: number;
  seed: number;
  threads: number;
  log: Logger;
  onRound(round: Round): void;
}

/** What the model of one round tells; round 0 is the model that the community started with. */
export interface Round {
  round: number;
  /** Mean hidden score of its jokes, 1 to 5, and half the width of its 95 % confidence interval. */
  mean: number;
  halfWidth: number;
  distinct2: number;
  /** Share that repeats 8 consecutive words of any training text so far. */
  recited: number;
  selfEnding: number;
  medianWords: number;
  /** The run that made this model, with the gate's verdict against the former model. */
  run?: TrainingRun;
  /** The first jokes it told. */
  samples: string[];
}

/** The first 456 house jokes: the figures in docs/learning.md were measured with these. */
const firstJokes = () =>
  houseJokes()
    .filter(({ id }) => id.startsWith('chispa-'))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Guilds that the jokes are told in. */
const GUILDS = 5;
const SLOTS = 16;
const DEADLINE_MS = 60_000;
/** Neither trimmed nor cut: the hidden score is for what the model itself says. */
const PLAIN = { trim: false, cutLoops: false, stop: [] };

/**
 * A community and its bot, on the real path: the engine tells jokes, they are stored with their requests, raters vote in
 * the database, the trainer learns from there, and the model it makes tells the next jokes. Without `gate`, every candidate is
 * promoted, so that the arms can be compared; the gate's verdict is in the round's run.
 */
export async function runArm(options: ArmOptions): Promise<Round[]> {
  const { seed, threads, log } = options;
  const folder = await mkdtemp(join(tmpdir(), 'chispa-community-'));
  const store = await connect({ dataDir: join(folder, 'data'), log });
  const openEngine = () => startEngine({ provider: 'cpu', precision: 'q8', slots: SLOTS, threads, log });
  const engine = await openEngine();
  const { db } = store;
  const voter = createVoter({ secret: `community ${seed}`, dataDir: folder });
  const [crowd, dealing] = [createCrowd(createRandom(seed, 1)), createRandom(seed, 2)];
  const seeds = seedJokes(firstJokes());
  const learned = new Set(seeds.map(({ text }) => text));
  const rounds: Round[] = [];
  try {
    await begin(db, await engine.load(options.model));
    let run: TrainingRun | undefined;
    for (let round = 0; ; round++) {
      const version = await activeModel(db);
      if (!version) throw new Error('the community has no model');
      const loaded = await engine.load(version.folder);
      const { jokes: count } = options;
      const told = await tellJokes(engine, loaded, { count, seed: seed + round * count });
      rounds.push({ round, ...figuresOf(told, options.taste, learned), ...(run && { run }) });
      options.onRound(rounds[round] as Round); // pushed on the line above
      if (round === options.rounds) return rounds;

      const votes = told.map(({ text }) => crowd.votes(options.taste.score(text)));
      const dealt = options.shuffled ? shuffled(votes, dealing) : votes;
      await rateAll(db, voter, { told, loaded, versionId: version.id, votes: dealt });
      run = await learnOnce(round);
    }
  } finally {
    await engine.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }

  async function learnOnce(round: number): Promise<TrainingRun> {
    const training = { ...LEARNING_SETTINGS, seed: seed + round };
    const learning = {
      ...PLAN_DEFAULTS,
      ...{ db, modelsDir: join(folder, 'models'), seedJokes: seeds, threads, openEngine, log, training },
      ...{ skipGate: !options.gate, corpus: { ...CORPUS_DEFAULTS, guildShare: 1 } },
      // Without a gate, its verdict on the control takes time and means nothing.
      ...(options.shuffled && !options.gate && { samples: 0 }),
    };
    const opened = await beginVersion(learning, 'experiment', randomUUID());
    const run = await learn(learning, opened);
    if (run.status !== 'promoted' && !(options.gate && run.status === 'rejected'))
      throw new Error(`the run was ${run.status}: ${run.note ?? ''}`);
    const counted = opened.snapshot?.training.filter(({ weight }) => weight > 0) ?? [];
    const jokes = await findJokes(
      db,
      counted.map(({ id }) => id),
    );
    for (const { text } of jokes) learned.add(text);
    return run;
  }
}

async function begin(db: Database, { name, model: folder, sha256, files }: LoadedModel): Promise<void> {
  const { id } = await ensureModelVersion(db, { name, folder, sha256, files, kind: 'imported' });
  await activateModel(db, id);
}

interface Telling {
  told: readonly ToldJoke[];
  loaded: LoadedModel;
  versionId: number;
  /** For each joke. */
  votes: readonly SimulatedVote[][];
}

/** Stores every joke as if somebody had asked for it, with its votes. */
async function rateAll(
  db: Database,
  voter: Voter,
  { told, loaded, versionId, votes }: Telling,
): Promise<void> {
  const { precision, provider, runtimeVersion } = loaded;
  for (const [i, { seed, text, tokens, promptTokens, finish, trimmed, promptCut }] of told.entries()) {
    const request = await db.transaction((tx) =>
      insertRequest(tx, {
        ask: { kind: 'joke' },
        by: {
          ...{ kind: 'person', userId: '1', guildId: String(1 + (i % GUILDS)) },
          interaction: { id: randomUUID(), applicationId: '1', token: 'simulated' },
        },
        ...{
          channelId: '1',
          locale: 'es-ES',
          settings: BOT_DEFAULTS,
          safeMode: false,
          seed,
          deadline: new Date(Date.now() + DEADLINE_MS),
        },
      }),
    );
    const joke = await storeJoke(db, {
      ...{ requestId: request.id, modelVersionId: versionId, settings: BOT_DEFAULTS, ending: PLAIN },
      ...{ text, tokens, promptTokens, seed, finish, trimmed, promptCut },
      ...{ precision, provider, runtimeVersion },
    });
    await finishRequest(db, request.id, { status: 'done' });
    for (const { rater, score } of votes[i] ?? [])
      await rate(db, { jokeId: joke.id, voter: voter(rater), score });
  }
}

function figuresOf(told: readonly ToldJoke[], taste: Taste, learned: ReadonlySet<string>) {
  const texts = told.map(({ text }) => text);
  const scores = texts.map((text) => taste.score(text));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  const { distinct2, medianWords, recited, selfEnding } = jokeFigures(told, [...learned]);
  return {
    mean,
    halfWidth: 1.96 * Math.sqrt(variance / scores.length),
    ...{ distinct2, medianWords, recited, selfEnding },
    samples: texts.slice(0, 3),
  };
}
