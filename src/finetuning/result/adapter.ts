import { type LoraShape, loraName } from '../../graph/trained-adapter.ts';
import { float32Tensor, type TensorSource } from '../../models/safetensors.ts';
import type { Views } from '../step/memory.ts';

/** Adds `alpha/rank · A·B` to every weight that has an adapter, in place. */
export function mergeAdapters(weights: Views, adapters: Views, { rank, alpha }: LoraShape): void {
  for (const [name, weight] of weights) {
    const layer = name.replace(/\.weight$/, '');
    const a = adapters.get(loraName(layer, 'A')); // [in, rank]
    const b = adapters.get(loraName(layer, 'B')); // [rank, out]
    if (!a || !b) continue;
    const outputs = b.length / rank;
    for (let i = 0; i < a.length / rank; i++)
      for (let r = 0; r < rank; r++) {
        const scaled = ((a[i * rank + r] ?? 0) * alpha) / rank;
        for (let o = 0; o < outputs; o++)
          weight[i * outputs + o] = (weight[i * outputs + o] ?? 0) + scaled * (b[r * outputs + o] ?? 0);
      }
  }
}

/** The adapter in PEFT's layout: its names, and matrices in PyTorch's Linear layout ([out, in]). */
export function peftTensors(adapters: Views, shapes: ReadonlyMap<string, readonly number[]>): TensorSource[] {
  return [...adapters].map(([name, values]) => {
    const [rows = 0, columns = 0] = shapes.get(name) ?? [];
    return float32Tensor(
      `base_model.model.transformer.${name}.weight`,
      [columns, rows],
      transposed(values, rows, columns),
    );
  });
}

/** PEFT's adapter_config.json. */
export const peftConfig = ({ rank, alpha, targets }: LoraShape, base: string) => ({
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: base,
  r: rank,
  lora_alpha: alpha,
  lora_dropout: 0,
  bias: 'none',
  fan_in_fan_out: true, // Conv1D stores [in, out]
  inference_mode: true,
  target_modules: targets,
});

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j] ?? 0;
  return result;
}
