import { dropoutInputs } from '../../graph/dropout-sites.ts';
import { Tensor } from '../../lib/onnxruntime.ts';
import { createRandom } from '../../lib/random.ts';
import type { ModelConfig } from '../../models/config.ts';
import { type Batch, totalWeight } from '../data/batch.ts';
import type { Backend, BackendOptions, StepOutcome, UpdateOptions } from './backend.ts';
import { createDeviceBackend } from './device-backend.ts';
import { createHostBackend } from './host-backend.ts';
import { batchFeeds, type Feeds } from './session.ts';

export interface StepperOptions extends BackendOptions {
  /** For dropout. */
  seed: number;
  /** Where it computes; default `cpu`. */
  provider?: 'cpu' | 'webgpu';
}

/** The batches of a step, and how the parameters are then updated. Its number determines the dropout masks. */
export interface Step extends UpdateOptions {
  batches: readonly Batch[];
}

/** Runs training steps and evaluations of one model. */
export interface Stepper extends Pick<Backend, 'memory' | 'together' | 'upload' | 'download' | 'release'> {
  /** Takes steps, best `together` of them. */
  steps(steps: readonly Step[]): Promise<StepOutcome[]>;
  /** One optimizer step over these batches. */
  step(batches: readonly Batch[], at: UpdateOptions): Promise<StepOutcome>;
  /** Loss and gradient of the batches, without an update; on the CPU, the gradient stays in the memory. */
  differentiate(batches: readonly Batch[], step: number): Promise<number>;
  /** Loss of every token [N], in nats, without dropout. */
  losses(batch: Batch): Promise<Float32Array>;
}

export async function createStepper(options: StepperOptions): Promise<Stepper> {
  const { config, dropout, seed, accumulate, provider } = options;
  const backend = await (provider === 'webgpu' ? createDeviceBackend(options) : createHostBackend(options));

  async function backward(batches: readonly Batch[], step: number): Promise<void> {
    if (!accumulate && batches.length !== 1) throw new Error('several batches need gradient accumulation');
    const divisor = totalWeight(batches);
    for (const [part, batch] of batches.entries()) {
      const weights = batch.weights.map((w) => w / divisor);
      const inputs = { ...batchFeeds(batch), weights: new Tensor(weights, [weights.length]) };
      if (dropout > 0) Object.assign(inputs, dropoutFeeds(config, batch, [seed, step, part]));
      await backend.backward(inputs, batch, part);
    }
  }

  async function steps(all: readonly Step[]): Promise<StepOutcome[]> {
    const outcomes: StepOutcome[] = [];
    for (let start = 0; start < all.length; start += backend.together) {
      for (const { batches, ...at } of all.slice(start, start + backend.together)) {
        await backward(batches, at.step);
        await backend.update(at);
      }
      outcomes.push(...(await backend.outcomes()));
    }
    return outcomes;
  }

  const { memory, together, upload, download, release } = backend;
  return {
    ...{ memory, together, upload, download, release, steps },
    async step(batches, at) {
      const [outcome] = await steps([{ batches, ...at }]);
      if (!outcome) throw new Error('unreachable: one step was taken');
      return outcome;
    },
    async differentiate(batches, step) {
      await backward(batches, step);
      return backend.loss();
    },
    losses: (batch) => backend.losses(batchFeeds(batch)),
  };
}

/** Random keys from (seed, step, part): a resumed run draws the same masks without any saved state. */
function dropoutFeeds(config: ModelConfig, { rows, length }: Batch, seeds: readonly number[]): Feeds {
  const random = createRandom(...seeds);
  const lengths = { N: rows * length, T: length };
  return Object.fromEntries(
    dropoutInputs(config).map(({ name, shape, odd }) => {
      const dims = shape.map((dimension) => (typeof dimension === 'number' ? dimension : lengths[dimension]));
      const keys = new Int32Array(dims.reduce((product, dimension) => product * dimension, 1));
      for (let i = 0; i < keys.length; i++) keys[i] = odd ? random.int32() | 1 : random.int32();
      return [name, new Tensor('int32', keys, dims)];
    }),
  );
}
