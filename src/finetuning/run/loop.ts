import { ChispaError } from '../../lib/errors.ts';
import { toBatch, totalWeight } from '../data/batch.ts';
import { chunks } from '../data/pack.ts';
import type { Source } from '../data/source.ts';
import type { TrainingSettings } from '../settings.ts';
import type { StepOutcome } from '../step/backend.ts';
import { scheduleFactor } from '../step/schedule.ts';
import type { Step, Stepper } from '../step/stepper.ts';
import type { StopReason, TrainingEvent } from './events.ts';
import type { EpochRecord, Progress } from './progress.ts';
import { validate } from './validation.ts';

export interface LoopOptions {
  settings: TrainingSettings;
  source: Source;
  stepper: Stepper;
  /** The state of the run; changed in place. */
  progress: Progress;
  vocabSize: number;
  /** Training time after which the run ends early; the learning rate then follows time instead of steps. */
  seconds?: number;
  emit(event: TrainingEvent): void;
  /** Saves weights, moments and progress atomically. */
  checkpoint(): Promise<void>;
  /** Saves the weights as the best so far. */
  keepBest(): Promise<void>;
  /** Called between steps; true ends the loop after a checkpoint. */
  interrupted(): boolean;
}

/** The training loop, starting from `progress`. Returns why it stopped, or `interrupted`. */
export async function train(options: LoopOptions): Promise<StopReason | 'interrupted'> {
  const { settings, source, progress, seconds = Number.POSITIVE_INFINITY, emit, checkpoint } = options;
  const save = async () => {
    await checkpoint();
    emit({ event: 'checkpoint', step: progress.step });
  };
  for (;;) {
    // Checked before each epoch, so that a run killed after its last one ends at once when resumed.
    const reason = stopReason(options);
    if (reason) return reason;
    const steps = source.epoch(progress.epoch);
    while (progress.stepInEpoch < steps.length && progress.seconds < seconds) {
      if (options.interrupted()) {
        await save();
        return 'interrupted';
      }
      await takeSteps(options, steps);
      const due = settings.checkpoint > 0 && progress.step % settings.checkpoint === 0;
      if (due && progress.stepInEpoch < steps.length) await save();
    }
    await endEpoch(options);
    await save();
  }
}

function stopReason({ settings, progress, seconds }: LoopOptions): StopReason | undefined {
  if (progress.epoch > settings.epochs) return 'finished';
  if (seconds !== undefined && progress.seconds >= seconds) return 'time';
  const without = progress.epoch - 1 - (progress.best?.epoch ?? 0);
  return settings.patience > 0 && without >= settings.patience ? 'early' : undefined;
}

type EpochSteps = ReturnType<Source['epoch']>;

/** As many steps of the epoch as the stepper best takes at once, but none beyond the next checkpoint. */
async function takeSteps(options: LoopOptions, steps: EpochSteps): Promise<void> {
  const { settings, source, stepper, progress } = options;
  const began = performance.now();
  const untilCheckpoint =
    settings.checkpoint > 0 ? settings.checkpoint - (progress.step % settings.checkpoint) : Infinity;
  const count = Math.min(stepper.together, untilCheckpoint);
  const taken = steps.slice(progress.stepInEpoch, progress.stepInEpoch + count).map((rows, i): Step => {
    const batches = chunks(rows, Math.ceil(rows.length / settings.accumulate)).map((part) =>
      toBatch(part, source),
    );
    const share = shareDone(options, steps, progress.stepInEpoch + i);
    const learningRate = settings.learningRate * scheduleFactor(settings.schedule, share, settings.warmup);
    return { step: progress.step + 1 + i, batches, learningRate, clip: settings.clip };
  });
  const outcomes = await stepper.steps(taken);
  const seconds = (performance.now() - began) / 1000 / taken.length;
  taken.forEach((step, i) => {
    const outcome = outcomes[i];
    if (outcome) account(options, steps, step, outcome, seconds);
  });
  // onnxruntime never yields: take messages from the parent process between steps.
  await new Promise((resolve) => setImmediate(resolve));
}

/** Share of the run that is done after so many steps of the epoch: of its time, if that is limited. */
const shareDone = (
  { settings, progress, seconds }: LoopOptions,
  steps: EpochSteps,
  inEpoch: number,
): number =>
  seconds
    ? Math.min(1, progress.seconds / seconds)
    : (progress.epoch - 1 + inEpoch / steps.length) / settings.epochs;

/** Records and reports a step that took `took` seconds. */
function account(
  options: LoopOptions,
  steps: EpochSteps,
  { step, batches, learningRate }: Step,
  { loss, norm }: StepOutcome,
  took: number,
): void {
  const { source, progress } = options;
  refuseDivergence(loss, norm, step, options.vocabSize);
  const weight = totalWeight(batches);
  progress.step = step;
  progress.stepInEpoch++;
  progress.seconds += took;
  progress.tokens = { sum: progress.tokens.sum + loss * weight, weight: progress.tokens.weight + weight };
  progress.window = { sum: progress.window.sum + loss, steps: progress.window.steps + 1 };
  if (source.logEvery && step % source.logEvery === 0) {
    progress.reported = progress.window.sum / progress.window.steps;
    progress.window = { sum: 0, steps: 0 };
  }
  const share = shareDone(options, steps, progress.stepInEpoch);
  options.emit({
    event: 'step',
    step,
    epoch: progress.epoch,
    progress: share,
    loss,
    learningRate,
    norm,
    tokensPerSecond: batches.reduce((count, { ids }) => count + ids.length, 0) / took,
    eta: (progress.seconds / share) * (1 - share),
  });
}

async function endEpoch({ source, stepper, progress, emit, keepBest }: LoopOptions): Promise<void> {
  const { loss, tokenLoss } = await validate(stepper, source);
  const { epoch, step, seconds, window, tokens } = progress;
  const trainTokenLoss = tokens.sum / tokens.weight;
  const byBatches = progress.reported ?? window.sum / window.steps;
  const record: EpochRecord = {
    epoch,
    step,
    trainLoss: source.average === 'batches' ? byBatches : trainTokenLoss,
    validationLoss: loss,
    trainTokenLoss,
    validationTokenLoss: tokenLoss,
    seconds,
  };
  const best = !progress.best || loss < progress.best.loss;
  if (best) {
    progress.best = { epoch, loss };
    await keepBest();
  }
  progress.epochs.push(record);
  progress.tokens = { sum: 0, weight: 0 };
  progress.epoch++;
  progress.stepInEpoch = 0;
  emit({ event: 'epoch', best, ...record });
}

/** A model three times worse than guessing uniformly will not recover. */
const EXPLODED = 3;

function refuseDivergence(loss: number, norm: number, step: number, vocabSize: number): void {
  const why =
    Number.isFinite(loss) && Number.isFinite(norm)
      ? loss > EXPLODED * Math.log(vocabSize) && `exploded to ${loss.toFixed(1)}`
      : 'is no longer a number';
  if (why)
    throw new ChispaError(
      'training-diverged',
      `The loss ${why} at step ${step}. The last checkpoint is kept; train again with a smaller --learning-rate.`,
    );
}
