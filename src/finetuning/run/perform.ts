import { elementCount } from '../../graph/value.ts';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { type ModelFolder, openModelFolder } from '../../models/folder.ts';
import { expectedShapes } from '../../models/shapes.ts';
import { documentSource } from '../data/document-source.ts';
import { jokeSource } from '../data/joke-source.ts';
import type { Source } from '../data/source.ts';
import { writeResult } from '../result/write-result.ts';
import { fitToMemory, placeOf } from '../step/memory-need.ts';
import type { Stepper } from '../step/stepper.ts';
import {
  loadBest,
  loadCheckpoint,
  removeRun,
  saveBest,
  saveCheckpoint,
  savedProgress,
} from './checkpoint.ts';
import { explainFullDisk } from './disk-full.ts';
import type { TrainingEvent } from './events.ts';
import { train } from './loop.ts';
import { openStepper } from './open-stepper.ts';
import { type Progress, startOfRun } from './progress.ts';
import { chooseProvider, endTrial, type ProviderChoice } from './provider.ts';
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
    const opened = { folder, run, base, ...(await openSource(folder, run, base)) };
    const choice = await chooseProvider(folder, run, base, opened.source);
    if (choice.provider === 'cpu') return await performOn(choice, forCpu(opened), options);
    try {
      const emit = (event: TrainingEvent) => {
        if (event.event === 'step') endTrial(folder);
        options.emit(event);
      };
      return await performOn(choice, opened, { ...options, emit });
    } catch (error) {
      if (error instanceof ChispaError) throw error; // not the GPU's fault
      const reason = `the GPU failed (${messageOf(error).split('\n', 1)[0]})`;
      options.emit({ event: 'fallback', reason });
      return await performOn({ provider: 'cpu', reason }, forCpu(opened), options);
    }
  } finally {
    endTrial(folder);
    unlock();
  }
}

/** A run with what it is made of. */
interface OpenedRun {
  folder: string;
  run: Run;
  base: ModelFolder;
  source: Source;
  counts: Record<'jokes' | 'training' | 'validation', number>;
}

/** A run that was to train on a GPU needs more memory on the CPU; smaller parts of a step need less. */
function forCpu(opened: OpenedRun): OpenedRun {
  const { run, base } = opened;
  if (placeOf(run.provider) === 'cpu') return opened; // its settings fit already
  return { ...opened, run: { ...run, settings: fitToMemory(base.config, run.settings) } };
}

/** Trains from the last checkpoint, or from the base, with this provider. */
async function performOn(
  { provider, reason }: ProviderChoice,
  { folder, run, base, source, counts }: OpenedRun,
  options: PerformOptions,
): Promise<'done' | 'interrupted'> {
  const { stepper, frozen } = await openStepper(run, base, provider);
  try {
    const saved = await savedProgress(folder);
    if (saved) await loadCheckpoint(folder, stepper);
    const progress = saved
      ? { ...saved, provider }
      : startOfRun(provider, (await validate(stepper, source)).loss);
    const about = { ...describe(run, base, stepper), provider, ...(reason !== undefined && { reason }) };
    options.emit({ event: 'start', ...about, ...counts, ...standing(progress) });
    const stopped = await train({
      settings: run.settings,
      source,
      stepper,
      progress,
      vocabSize: base.config.vocabSize,
      ...(run.minutes !== undefined && { seconds: run.minutes * 60 }),
      ...options,
      checkpoint: () => explainFullDisk(folder, () => saveCheckpoint(folder, stepper, progress)),
      keepBest: () => explainFullDisk(folder, () => saveBest(folder, stepper)),
    });
    if (stopped === 'interrupted') return 'interrupted';
    await loadBest(folder, stepper);
    await explainFullDisk(run.output, () => writeResult(run, base, { stepper, frozen }, progress, stopped));
    const { epochs, best } = progress;
    await removeRun(folder);
    options.emit({ event: 'done', best: best?.epoch ?? 0, model: run.output, stopped, epochs });
    return 'done';
  } finally {
    await stepper.release().catch(() => {}); // of a GPU that is lost, nothing is left to release
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
