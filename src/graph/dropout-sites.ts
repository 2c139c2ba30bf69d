import type { ModelConfig } from '../models/config.ts';
import { type DropoutKeys, dropout, reshape, slice } from './ops/index.ts';
import type { Graph, Value } from './value.ts';

/** An input of random int32 bits, fed at each step, from which the graph draws its dropout masks. */
export interface DropoutInput {
  name: string;
  /** `'N'` is the number of tokens, `'T'` the length of a row. */
  shape: readonly (number | 'N' | 'T')[];
  /** The values must be odd because they are multipliers. */
  odd: boolean;
}

/** The random inputs of a model's dropout: a pair of row keys and one set of column keys for each dropout site. */
export function dropoutInputs({ layers, heads, width }: ModelConfig): DropoutInput[] {
  const residuals = 1 + 2 * layers; // the embeddings, and both branches of each block
  return [
    { name: 'dropout_multipliers', shape: [residuals + layers, 'N'], odd: true },
    { name: 'dropout_offsets', shape: [residuals + layers, 'N'], odd: false },
    { name: 'dropout_columns', shape: [residuals, width], odd: false },
    { name: 'dropout_heads', shape: [layers, heads, 'T'], odd: false },
  ];
}

export interface DropoutSites {
  /** Drops elements of [N, D]; each call is a separate site. */
  residual(x: Value): Value;
  /** Drops attention probabilities [B, H, T, T] of one layer. */
  attention(probabilities: Value, layer: number): Value;
}

/** Declares the inputs and hands out their parts, site by site, in the order of the forward pass. */
export function dropoutSites(graph: Graph, config: ModelConfig, p: number): DropoutSites {
  const [multipliers, offsets, columns, heads] = dropoutInputs(config).map(({ name, shape }) =>
    graph.input(name, 'int32', shape),
  );
  if (!multipliers || !offsets || !columns || !heads) throw new Error('unreachable: four inputs');
  let rowsUsed = 0;
  let columnsUsed = 0;
  const rowKeys = (shape: DropoutKeys['offset']['shape']) => {
    const row = rowsUsed++;
    return {
      multiplier: reshape(slice(multipliers, 0, row, row + 1), shape),
      offset: reshape(slice(offsets, 0, row, row + 1), shape),
    };
  };
  return {
    residual(x) {
      const place = columnsUsed++;
      return dropout(x, p, { ...rowKeys(['N', 1]), column: slice(columns, 0, place, place + 1) });
    },
    attention(probabilities, layer) {
      const column = reshape(slice(heads, 0, layer, layer + 1), [1, config.heads, 1, 'T']);
      return dropout(probabilities, p, { ...rowKeys(['B', 1, 'T', 1]), column });
    },
  };
}
