import { elementCount } from '../../graph/value.ts';
import { ChispaError } from '../../lib/errors.ts';
import { type ModelFolder, openModelFolder } from '../../models/folder.ts';
import { expectedShapes } from '../../models/shapes.ts';
import { documentSource } from '../data/document-source.ts';
import { jokeSource } from '../data/joke-source.ts';
import type { Source } from '../data/source.ts';
import { writeResult } from '../result/write-result.ts';
import type { Views } from '../step/memory.ts';
import { ADAMW_DEFAULTS } from '../step/optimizer.ts';
import { createStepper, type Stepper } from '../step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../step/weights.ts';
import { loadBest, loadCheckpoint, removeRun, saveBest, saveCheckpoint } from './checkpoint.ts';
import { explainFullDisk } from './disk-full.ts';
import type { TrainingEvent } from './events.ts';
import { train } from './loop.ts';
import { type Progress, startOfRun } from './progress.ts';
import { lockRun, type Run, readRun, readSnapshot } from './run-folder.ts';
import { validate } from './validation.ts';

export interface PerformOptions {
  emit(event: TrainingEvent): void;
  /** Called between steps; true stops the run, which stays resumable. */
  interrupted(): boolean;
}

/**
 * Trains the run in `folder` from its last checkpoint, or from its base, to the end, and writes its model. Returns
 * `interrupted` if it was asked to stop; the folder then stays for the next time.
 */
export async function performRun(folder: string, options: PerformOptions): Promise<'done' | 'interrupted'> {
  const run = await readRun(folder);
  const unlock = await lockRun(folder);
  try {
    const base = await openBase(run);
    const { source, counts } = await openSource(folder, run, base);
    const { stepper, frozen } = await openStepper(run, base);
    try {
      const progress =
        (await loadCheckpoint(folder, stepper.memory)) ?? startOfRun((await validate(stepper, source)).loss);
      options.emit({ event: 'start', ...describe(run, base, stepper), ...counts, ...standing(progress) });
      const stopped = await train({
        settings: run.settings,
        source,
        stepper,
        progress,
        vocabSize: base.config.vocabSize,
        ...(run.minutes !== undefined && { seconds: run.minutes * 60 }),
        ...options,
        checkpoint: () => explainFullDisk(folder, () => saveCheckpoint(folder, stepper.memory, progress)),
        keepBest: () => explainFullDisk(folder, () => saveBest(folder, stepper.memory)),
      });
      if (stopped === 'interrupted') return 'interrupted';
      await loadBest(folder, stepper.memory);
      await explainFullDisk(run.output, () => writeResult(run, base, { stepper, frozen }, progress, stopped));
      const { epochs, best } = progress;
      await removeRun(folder);
      options.emit({ event: 'done', best: best?.epoch ?? 0, model: run.output, stopped, epochs });
      return 'done';
    } finally {
      await stepper.release();
    }
  } finally {
    unlock();
  }
}

async function openBase(run: Run): Promise<ModelFolder> {
  const base = await openModelFolder(run.base);
  if (base.sha256 !== run.baseSha256)
    throw new ChispaError(
      'run-damaged',
      `The model at ${run.base} is not the one that this run started from.`,
    );
  return base;
}

async function openSource(folder: string, run: Run, base: ModelFolder) {
  if (run.data === 'documents') {
    const source = await documentSource(folder, run.settings, base.config.positions);
    const rows = (steps: Source['validation']) => steps.reduce((count, step) => count + step.length, 0);
    const counts = { jokes: 0, training: rows(source.epoch(1)), validation: rows(source.validation) };
    return { source, counts };
  }
  const jokes = await readSnapshot(folder, run);
  const source = jokeSource(base, jokes, run.settings);
  const { training, validation } = source.split;
  return {
    source: source as Source,
    counts: { jokes: jokes.length, training: training.length, validation: validation.length },
  };
}

async function openStepper(run: Run, base: ModelFolder): Promise<{ stepper: Stepper; frozen: Views }> {
  const { settings, threads } = run;
  const lora = settings.mode === 'lora' ? settings : undefined;
  const frozen: Views = lora ? emptyWeights(base.config) : new Map();
  const stepper = await createStepper({
    config: base.config,
    frozen,
    ...(lora && { lora }),
    dropout: settings.dropout,
    temperature: settings.temperature,
    seed: settings.seed,
    adamw: { ...ADAMW_DEFAULTS, weightDecay: settings.weightDecay },
    accumulate: settings.accumulate > 1,
    threads,
  });
  const parameters = stepper.memory.views('parameters');
  await loadWeights(base, lora ? frozen : parameters);
  if (lora) initializeAdapters(parameters, stepper.memory.shapes, settings.seed);
  return { stepper, frozen };
}

const describe = ({ settings, corpusSha256 }: Run, base: ModelFolder, { memory }: Stepper) => ({
  base: base.name,
  recipe: settings.recipe,
  mode: settings.mode,
  parameters: count(expectedShapes(base.config)),
  trainable: count(memory.shapes),
  corpus: corpusSha256,
});

const count = (shapes: ReadonlyMap<string, readonly number[]>) =>
  [...shapes.values()].reduce((sum, shape) => sum + elementCount(shape), 0);

const standing = ({ step, initialLoss }: Progress) => ({ resumedAt: step, validationLoss: initialLoss });
