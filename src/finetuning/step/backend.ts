import type { LoraShape } from '../../graph/trained-adapter.ts';
import type { ModelConfig } from '../../models/config.ts';
import type { Batch } from '../data/batch.ts';
import type { Region, TrainingMemory, Views } from './memory.ts';
import type { AdamWSettings } from './optimizer.ts';
import type { Feeds } from './session.ts';

export interface BackendOptions {
  config: ModelConfig;
  /** Weights that are fed but not trained: all of them with `lora`, none without. */
  frozen: Views;
  lora?: LoraShape;
  dropout: number;
  /** Divides the logits in the loss; default 1. */
  temperature?: number;
  adamw: AdamWSettings;
  /** The most tokens of a batch: of one that is trained on, and of one whose losses are asked for. Default: few. */
  tokens?: { training: number; losses: number };
  /** Steps may consist of several batches, whose gradients are added up. */
  accumulate: boolean;
  threads: number;
}

export interface UpdateOptions {
  /** Counts from 1. */
  step: number;
  learningRate: number;
  /** Largest global norm of the gradient. */
  clip: number;
}

export interface StepOutcome {
  /** Weighted mean loss of the step's tokens, in nats, before the update. */
  loss: number;
  /** Global gradient norm before clipping. If it is not finite, the step failed, and no further one makes sense. */
  norm: number;
}

/** What a checkpoint stores; gradients only live within a step. */
export const KEPT = ['parameters', 'first', 'second'] as const satisfies readonly Region[];

/** Computes the parts of a training step, with parameters, moments and gradients where it keeps them. */
export interface Backend {
  /** Parameters and moments as the host reads and writes them; its own while they are elsewhere (`upload`, `download`). */
  readonly memory: TrainingMemory;
  /** Steps that are best taken before their outcomes are asked for. */
  readonly together: number;
  /** Adds the loss and gradients of one part of a step, from 0, to those of its earlier parts. */
  backward(inputs: Feeds, batch: Batch, part: number): Promise<void>;
  /** Loss of the parts so far. */
  loss(): Promise<number>;
  /** Ends a step: updates the parameters. */
  update(options: UpdateOptions): Promise<void>;
  /** What the updates since the last call came from, in order; asked for after at most `together` of them. */
  outcomes(): Promise<StepOutcome[]>;
  /** Loss of every token [N], in nats, without dropout. */
  losses(inputs: Feeds): Promise<Float32Array>;
  /** Takes over what the host has written to the memory, and to the frozen weights. */
  upload(): Promise<void>;
  /** Brings these regions of the memory up to date. */
  download(regions: readonly (typeof KEPT)[number][]): Promise<void>;
  release(): Promise<void>;
}
