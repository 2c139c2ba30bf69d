import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startEngine } from '../../src/engine/client.ts';
import { RECIPE_DEFAULTS } from '../../src/finetuning/settings.ts';
import { type LearnOptions, PLAN_DEFAULTS } from '../../src/trainer/options.ts';
import { GATE_DEFAULTS } from '../../src/trainer/policy/gate.ts';
import { silent } from '../databases.ts';
import { someJokes, writeTinyModel } from '../finetuning/tiny-model.ts';

/** A model with random weights learns to spell, but no more. */
export const LENIENT = {
  ...GATE_DEFAULTS,
  heldOut: 5,
  diversity: 0,
  repetition: 1,
  selfEnding: 0,
  recited: 1,
  unsafe: 1,
};

const QUICK = {
  ...RECIPE_DEFAULTS.chispa,
  epochs: 3,
  learningRate: 5e-3,
  batch: 2,
  checkpoint: 2,
  patience: 0,
};

/** Settings with which the tiny model trains in a few seconds. */
export const quickLearning = (
  modelsDir: string,
  changes: Partial<LearnOptions> = {},
): Omit<LearnOptions, 'db'> => ({
  ...PLAN_DEFAULTS,
  modelsDir,
  seedJokes: someJokes(40).map((joke, i) => ({ ...joke, id: `casa-${i}`, text: `Semilla: ${joke.text}` })),
  training: QUICK,
  voiceTraining: { ...QUICK, mode: 'lora', learningRate: 2e-2 },
  threads: 1,
  openEngine: () => startEngine({ provider: 'cpu', precision: 'fp32', slots: 8, threads: 1, log: silent }),
  log: silent,
  gate: LENIENT,
  samples: 8,
  trialShare: 0, // nobody votes while a test waits
  ...changes,
});

/** Where the tests of a file learn: a tiny model to start from, and an empty MODELS_DIR for each test. */
export function aWorkplace(): { folder: string; base: string; modelsDir: string } {
  const place = { folder: '', base: '', modelsDir: '' };
  let count = 0;
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), 'chispa-'));
    place.base = await writeTinyModel(join(place.folder, 'tiny'));
  });
  beforeEach(async () => {
    place.modelsDir = join(place.folder, `models${count++}`);
    await mkdir(place.modelsDir);
  });
  afterAll(() => rm(place.folder, { recursive: true }));
  return place;
}
