import { createRandom } from '../../lib/random.ts';
import type { ModelConfig } from '../../models/config.ts';
import { tensorFor } from '../../models/folder.ts';
import { readTensor } from '../../models/safetensors.ts';
import { expectedShapes } from '../../models/shapes.ts';
import type { Views } from './memory.ts';

/** Reads every weight of a model as float32 into the arrays of `into`, all of which must exist in the model. */
export async function loadWeights(folder: Parameters<typeof tensorFor>[0], into: Views): Promise<void> {
  for (const [name, array] of into) array.set(await readTensor(folder.weights, tensorFor(folder, name).name));
}

/** Newly allocated arrays for the weights of a model that is not trained. */
export const emptyWeights = (config: ModelConfig): Views =>
  new Map(
    [...expectedShapes(config)].map(([name, shape]) => [
      name,
      new Float32Array(shape.reduce((product, length) => product * length, 1)),
    ]),
  );

/**
 * Initializes an adapter (arXiv:2106.09685): A uniform in ±1/√inputs, as in PEFT, and B zero, so that the model
 * computes the same as before at first.
 */
export function initializeAdapters(
  views: Views,
  shapes: ReadonlyMap<string, readonly number[]>,
  seed: number,
) {
  const random = createRandom(seed, ADAPTERS);
  for (const [name, array] of views) {
    if (!name.endsWith('lora_A')) continue;
    const bound = 1 / Math.sqrt(shapes.get(name)?.[0] ?? 1);
    for (let i = 0; i < array.length; i++) array[i] = (2 * random.unit() - 1) * bound;
  }
}

const ADAPTERS = 0x6c6f7261;
