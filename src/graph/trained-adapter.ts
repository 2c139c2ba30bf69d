import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import { namedLayers } from '../models/weight-layout.ts';
import { add, linear, mul } from './ops/index.ts';
import type { TransformerParts } from './transformer-parts.ts';
import type { Value } from './value.ts';

/** Low-rank adaptation (arXiv:2106.09685): `W + alpha/rank · A·B` with A [in, rank], B [rank, out]. */
export interface LoraShape {
  rank: number;
  alpha: number;
  /** The layers of each block to adapt, by their names within the block or by group (`namedLayers`). */
  targets: readonly string[];
}

export const loraName = (layer: string, matrix: 'A' | 'B'): string => `${layer}.lora_${matrix}`;

/** Every adapter matrix by name, with its shape. */
export function loraShapes(
  config: ModelConfig,
  { rank, targets }: Pick<LoraShape, 'rank' | 'targets'>,
): Map<string, number[]> {
  const layout = layoutOf(config);
  const layers = new Map(layout.linears.flat().map((layer) => [layer.name, layer]));
  const shapes = new Map<string, number[]>();
  for (let block = 0; block < config.layers; block++)
    for (const target of namedLayers(layout, targets)) {
      const name = `${layout.blocks}${block}.${target}`;
      const layer = layers.get(name);
      if (!layer) throw new Error(`unreachable: the layout has ${name}`);
      shapes.set(loraName(name, 'A'), [layer.inputs, rank]);
      shapes.set(loraName(name, 'B'), [rank, layer.outputs]);
    }
  return shapes;
}

/** Linear layers; those for which `matrix` has an adapter add it: `x·W + b + alpha/rank · (x·A)·B`. */
export function loraProjection(
  { rank, alpha }: LoraShape,
  project: TransformerParts['project'],
  matrix: (name: string) => Value | undefined,
): TransformerParts['project'] {
  return (x, names) =>
    project(x, names).map((y, i) => {
      const name = names[i] ?? '';
      const [a, b] = [matrix(loraName(name, 'A')), matrix(loraName(name, 'B'))];
      if (!a || !b) return y;
      return add(y, linear(mul(linear(x, a), alpha / rank), b));
    });
}
