import { type LoraShape, loraName } from '../../graph/trained-adapter.ts';
import { float32Tensor, type TensorSource } from '../../models/safetensors.ts';
import type { WeightLayout } from '../../models/weight-layout.ts';
import type { Views } from '../step/memory.ts';

/** Adds `alpha/rank · A·B` to every weight that has an adapter, in place. */
export function mergeAdapters(
  weights: Views,
  adapters: Views,
  { rank, alpha }: Pick<LoraShape, 'rank' | 'alpha'>,
  { inputsFirst }: Pick<WeightLayout, 'inputsFirst'>,
): void {
  for (const [name, weight] of weights) {
    const layer = name.replace(/\.weight$/, '');
    const a = adapters.get(loraName(layer, 'A')); // [in, rank]
    const b = adapters.get(loraName(layer, 'B')); // [rank, out]
    if (!a || !b) continue;
    const [inputs, outputs] = [a.length / rank, b.length / rank];
    const [strideIn, strideOut] = inputsFirst ? [outputs, 1] : [1, inputs];
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < rank; r++) {
        const scaled = ((a[i * rank + r] ?? 0) * alpha) / rank;
        for (let o = 0; o < outputs; o++) {
          const at = i * strideIn + o * strideOut;
          weight[at] = (weight[at] ?? 0) + scaled * (b[r * outputs + o] ?? 0);
        }
      }
  }
}

/** The adapter in PEFT's layout: its names, and matrices in PyTorch's Linear layout ([out, in]). */
export function peftTensors(
  adapters: Views,
  shapes: ReadonlyMap<string, readonly number[]>,
  { prefix }: Pick<WeightLayout, 'prefix'>,
): TensorSource[] {
  return [...adapters].map(([name, values]) => {
    const [rows = 0, columns = 0] = shapes.get(name) ?? [];
    return float32Tensor(
      `base_model.model.${prefix}${name}.weight`,
      [columns, rows],
      transposed(values, rows, columns),
    );
  });
}

/** PEFT's adapter_config.json. */
export const peftConfig = (
  { rank, alpha, targets }: LoraShape,
  base: string,
  { inputsFirst }: Pick<WeightLayout, 'inputsFirst'>,
) => ({
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: base,
  r: rank,
  lora_alpha: alpha,
  lora_dropout: 0,
  bias: 'none',
  fan_in_fan_out: inputsFirst,
  inference_mode: true,
  target_modules: targets,
});

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j] ?? 0;
  return result;
}
