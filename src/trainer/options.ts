import { constants } from 'node:os';
import { startEngine } from '../engine/client.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { seedJokes } from '../finetuning/data/seed-jokes.ts';
import type { Logger } from '../lib/log.ts';
import type { LearnOptions } from './learn.ts';
import type { GateThresholds } from './policy/gate.ts';

/** The part of the configuration that decides how a run learns. */
export interface LearningConfig extends Pick<EngineOptions, 'provider' | 'threads' | 'slots' | 'precision'> {
  modelsDir: string;
  learnMinutes: number;
  abShare: number;
  gateSamples: number;
  gate: GateThresholds;
}

/** What a run needs beside the database: the seed jokes, and an engine of its own, started when it is wanted. */
export async function learnOptionsFrom(
  { provider, threads, slots, precision, ...config }: LearningConfig,
  log: Logger,
): Promise<Omit<LearnOptions, 'db'>> {
  return {
    modelsDir: config.modelsDir,
    seedJokes: seedJokes(),
    // The jokes of an evaluation wait for those of people.
    openEngine: () =>
      startEngine({
        ...{ provider, threads, slots, precision, log },
        niceness: constants.priority.PRIORITY_LOW,
      }),
    minutes: config.learnMinutes,
    trialShare: config.abShare,
    samples: config.gateSamples,
    gate: config.gate,
    threads,
    log,
  };
}
