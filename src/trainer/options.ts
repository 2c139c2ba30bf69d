import { constants } from 'node:os';
import type { Database } from '../db/connect.ts';
import { HALF_LIFE_DAYS } from '../db/trainable.ts';
import { type EngineClient, startEngine } from '../engine/client.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { type SeedJoke, seedJokes } from '../finetuning/data/seed-jokes.ts';
import type { TrainingEvent } from '../finetuning/run/events.ts';
import { type TrainingProvider, type TrainingSettings, trainingProvider } from '../finetuning/settings.ts';
import type { Logger } from '../lib/log.ts';
import { CORPUS_DEFAULTS, type CorpusOptions } from './policy/corpus.ts';
import { GATE_DEFAULTS, type GateThresholds } from './policy/gate.ts';
import { LEARNING_SETTINGS, VOICE_SETTINGS } from './settings.ts';

/** How runs are trained and judged. */
export interface LearningPlan {
  /** How the common model and the voices of guilds are trained. */
  training: TrainingSettings;
  voiceTraining: TrainingSettings;
  /** Training time after which a run ends early; absent: none. */
  minutes?: number;
  /** Days after which a vote counts half as much. */
  halfLifeDays: number;
  corpus: CorpusOptions;
  gate: GateThresholds;
  /** Promotes any result, without asking the gate: for experiments. */
  skipGate: boolean;
  /** Jokes that each model generates for the gate. */
  samples: number;
  /** Share of jokes that a candidate tells whose gain the gate doubts, until votes decide; 0: it is rejected. */
  trialShare: number;
}

export const PLAN_DEFAULTS: LearningPlan = {
  training: LEARNING_SETTINGS,
  voiceTraining: VOICE_SETTINGS,
  halfLifeDays: HALF_LIFE_DAYS,
  corpus: CORPUS_DEFAULTS,
  gate: GATE_DEFAULTS,
  skipGate: false,
  samples: 300,
  trialShare: 0.5,
};

/** Everything a run needs. */
export interface LearnOptions extends LearningPlan {
  db: Database;
  /** Where models live; generators load the new version from there. */
  modelsDir: string;
  /** Trained on in addition to the rated jokes. */
  seedJokes: readonly SeedJoke[];
  threads: number;
  /** Where runs compute; default `cpu`. */
  provider?: TrainingProvider;
  /** Generates the jokes of both models; closed at the end. */
  openEngine(): Promise<EngineClient>;
  log: Logger;
  onEvent?: (event: TrainingEvent) => void;
  /** Aborting leaves the run at a checkpoint, to be resumed. */
  signal?: AbortSignal;
}

/** The part of the configuration that decides how a run learns. */
export interface LearningConfig extends Pick<EngineOptions, 'provider' | 'threads' | 'slots' | 'precision'> {
  modelsDir: string;
  learnMinutes: number;
  abShare: number;
  gateSamples: number;
  gate: GateThresholds;
}

/** What a run needs besides the database: the seed jokes, and its own engine, started on demand. */
export async function learnOptionsFrom(
  { provider, threads, slots, precision, ...config }: LearningConfig,
  log: Logger,
): Promise<Omit<LearnOptions, 'db'>> {
  return {
    ...PLAN_DEFAULTS,
    modelsDir: config.modelsDir,
    seedJokes: seedJokes(),
    // An evaluation's jokes have lower priority than people's.
    openEngine: () =>
      startEngine({
        ...{ provider, threads, slots, precision, log },
        niceness: constants.priority.PRIORITY_LOW,
      }),
    minutes: config.learnMinutes,
    trialShare: config.abShare,
    samples: config.gateSamples,
    gate: config.gate,
    provider: trainingProvider(provider),
    threads,
    log,
  };
}
