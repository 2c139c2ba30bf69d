import type { TrainingMemory } from './memory.ts';
import { createKernels } from './wasm/kernels.ts';

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/** PyTorch's and the Hugging Face Trainer's defaults, apart from the notebook's weight decay. */
export const ADAMW_DEFAULTS: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

export interface Optimizer {
  /** Adds the gradients to this step's sums. */
  accumulate(): void;
  /**
   * One AdamW step: the gradients (or their sums) are scaled down to a global norm of `clip`, then applied. `step` counts
   * from 1. Returns the norm before clipping; if it is not finite, nothing is changed.
   */
  step(options: { step: number; learningRate: number; clip: number }): number;
}

/** Hugging Face's groups: biases and layer normalizations are not decayed. */
export const decays = (name: string): boolean => !/(\.bias|ln_(1|2|f)\.weight)$/.test(name);

/** AdamW over the tensors of one memory, in WebAssembly SIMD. `accumulated`: step from the sums. */
export async function createAdamW(
  store: TrainingMemory,
  settings: AdamWSettings,
  { accumulated = false } = {},
): Promise<Optimizer> {
  const kernels = await createKernels(store.memory);
  const source = accumulated ? 'sums' : 'gradients';
  const tensors = [...store.shapes.keys()].map((name) => {
    const at = (region: 'parameters' | 'first' | 'second' | typeof source) =>
      store.views(region).get(name)?.byteOffset ?? 0;
    const length = store.views('parameters').get(name)?.length ?? 0;
    return {
      offsets: [at('parameters'), at('first'), at('second'), at(source)] as const,
      length: Math.ceil(length / 4) * 4,
      decayed: decays(name),
    };
  });
  const gradients = store.whole('gradients');
  const summed = store.whole(source);
  const { beta1, beta2, epsilon, weightDecay } = settings;

  return {
    accumulate() {
      kernels.accumulate(gradients.length, summed.byteOffset, gradients.byteOffset);
    },
    step({ step, learningRate, clip }) {
      const norm = Math.sqrt(kernels.squaredNorm(summed.length, summed.byteOffset));
      if (!Number.isFinite(norm)) return norm;
      const scale = Math.min(1, clip / (norm + 1e-6)); // as in torch.nn.utils.clip_grad_norm_
      const rate = learningRate / (1 - beta1 ** step);
      const root = 1 / Math.sqrt(1 - beta2 ** step);
      for (const { offsets, length, decayed } of tensors) {
        const keep = decayed ? 1 - learningRate * weightDecay : 1;
        kernels.adamw(length, ...offsets, scale, beta1, beta2, rate, root, epsilon, keep);
      }
      if (accumulated) summed.fill(0);
      return norm;
    },
  };
}
