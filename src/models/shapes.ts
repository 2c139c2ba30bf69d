import { ChispaError } from '../lib/errors.ts';
import type { ModelConfig } from './config.ts';
import { layoutOf } from './layouts.ts';
import type { SafetensorsFile, TensorEntry } from './safetensors.ts';
import type { WeightLayout } from './weight-layout.ts';

/** Every weight of a model by Hugging Face's name without its prefix, in the order of the module tree. */
export const expectedShapes = (config: ModelConfig): ReadonlyMap<string, readonly number[]> =>
  layoutOf(config).shapes;

/** A weight by its name with or without the prefix, whichever the file uses. */
export const findTensor = (
  weights: SafetensorsFile,
  { prefix }: Pick<WeightLayout, 'prefix'>,
  name: string,
): TensorEntry | undefined => weights.tensors.get(prefix + name) ?? weights.tensors.get(name);

/**
 * Checks that the file contains every weight the config requires, in the right shape and floating-point. Extra
 * tensors are allowed.
 */
export function checkShapes(weights: SafetensorsFile, config: ModelConfig): void {
  const layout = layoutOf(config);
  for (const [name, shape] of layout.shapes) {
    const tensor = findTensor(weights, layout, name);
    const why = !tensor
      ? `there is no ${name}`
      : tensor.shape.join() !== shape.join()
        ? `${name} is [${tensor.shape}] and should be [${shape}]`
        : !['F32', 'F16', 'BF16'].includes(tensor.dtype)
          ? `${name} is ${tensor.dtype} and should be F32, F16 or BF16`
          : undefined;
    if (why)
      throw new ChispaError(
        'model-mismatch',
        `The weights ${weights.path} do not fit their config.json: ${why}. Import the model again.`,
      );
  }
}
