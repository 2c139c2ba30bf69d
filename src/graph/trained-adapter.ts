import type { Gpt2Config } from '../models/config.ts';
import type { LoraTarget } from './lora-targets.ts';
import { add, linear, mul } from './ops/index.ts';
import type { Value } from './value.ts';

/** Low-rank adaptation (arXiv:2106.09685): `W + alpha/rank · A·B` with A [in, rank], B [rank, out]. */
export interface LoraShape {
  rank: number;
  alpha: number;
  targets: readonly LoraTarget[];
}

export const loraName = (layer: string, matrix: 'A' | 'B'): string => `${layer}.lora_${matrix}`;

/** Every adapter matrix by name, with its shape. */
export function loraShapes(config: Gpt2Config, { rank, targets }: LoraShape): Map<string, number[]> {
  const { width, innerWidth, layers } = config;
  const sides: Record<LoraTarget, [number, number]> = {
    'attn.c_attn': [width, 3 * width],
    'attn.c_proj': [width, width],
    'mlp.c_fc': [width, innerWidth],
    'mlp.c_proj': [innerWidth, width],
  };
  const shapes = new Map<string, number[]>();
  for (let layer = 0; layer < layers; layer++)
    for (const target of targets) {
      const [inputs, outputs] = sides[target];
      shapes.set(loraName(`h.${layer}.${target}`, 'A'), [inputs, rank]);
      shapes.set(loraName(`h.${layer}.${target}`, 'B'), [rank, outputs]);
    }
  return shapes;
}

/** A linear layer with its adapter, when it has one: `x·W + b + alpha/rank · (x·A)·B`. */
export function loraLinear(
  { rank, alpha }: LoraShape,
  parameter: (name: string) => Value,
  hasAdapter: (name: string) => boolean,
) {
  return (x: Value, name: string): Value => {
    const y = linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
    if (!hasAdapter(loraName(name, 'A'))) return y;
    const low = linear(x, parameter(loraName(name, 'A'))); // [N, rank]
    return add(y, linear(mul(low, alpha / rank), parameter(loraName(name, 'B'))));
  };
}
