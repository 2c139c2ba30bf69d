import { ChispaError } from '../lib/errors.ts';
import type { Gpt2Config } from './config.ts';
import type { SafetensorsFile, TensorEntry } from './safetensors.ts';

/** Every weight of a GPT-2 by Hugging Face's name without the `transformer.` prefix, in the order of the module tree. */
export function expectedShapes(config: Gpt2Config): Map<string, number[]> {
  const { vocabSize, positions, width, layers, innerWidth } = config;
  const shapes = new Map<string, number[]>([
    ['wte.weight', [vocabSize, width]],
    ['wpe.weight', [positions, width]],
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const block: [string, number[]][] = [
      ['ln_1.weight', [width]],
      ['ln_1.bias', [width]],
      ['attn.c_attn.weight', [width, 3 * width]], // Conv1D: [in, out]
      ['attn.c_attn.bias', [3 * width]],
      ['attn.c_proj.weight', [width, width]],
      ['attn.c_proj.bias', [width]],
      ['ln_2.weight', [width]],
      ['ln_2.bias', [width]],
      ['mlp.c_fc.weight', [width, innerWidth]],
      ['mlp.c_fc.bias', [innerWidth]],
      ['mlp.c_proj.weight', [innerWidth, width]],
      ['mlp.c_proj.bias', [width]],
    ];
    for (const [name, shape] of block) shapes.set(`h.${layer}.${name}`, shape);
  }
  shapes.set('ln_f.weight', [width]);
  shapes.set('ln_f.bias', [width]);
  if (!config.tied) shapes.set('lm_head.weight', [vocabSize, width]);
  return shapes;
}

/** A weight by its name with or without the `transformer.` prefix, whichever the file uses. */
export const findTensor = (weights: SafetensorsFile, name: string): TensorEntry | undefined =>
  weights.tensors.get(`transformer.${name}`) ?? weights.tensors.get(name);

/** Checks that the file holds every weight the config needs, in its shape and as floating point. Extra tensors are allowed. */
export function checkShapes(weights: SafetensorsFile, config: Gpt2Config): void {
  for (const [name, shape] of expectedShapes(config)) {
    const tensor = findTensor(weights, name);
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
