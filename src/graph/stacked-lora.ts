import type { Graph } from './graph.ts';
import type { LoraTarget } from './lora-targets.ts';
import { add, cast, equal, gemm, mul, reshape, unsqueeze } from './ops/index.ts';
import { loraName } from './trained-adapter.ts';
import type { Value } from './value.ts';

/** The low-rank adapters of a decode graph. */
export interface StackedAdapters {
  /** `y + x·A·B` with each row's own A and B, where the adapters change this layer: x [N, in], y [N, out] → [N, out]. */
  addTo(y: Value, x: Value, name: string): Value;
}

/**
 * Adapters (LoRA, arXiv:2106.09685) as inputs, so that the rows of one batch can speak with different ones: `adapters` int64 [B], the
 * adapter of each row, 0 for none; `adapter_columns` int64 [C], the adapter (from 1) that each column of the stack
 * belongs to; and for each adapted layer the matrices of all adapters side by side, `….lora_A` [in, C] and `….lora_B` [C, out], the
 * factor alpha/rank multiplied into B.
 *
 * Every row is multiplied by the whole stack and the columns of other adapters are zeroed in between. That is more
 * arithmetic than gathering each row's matrices, but the gather copies megabytes a row, and this reads each once.
 */
export function stackedAdapters(graph: Graph, targets: readonly LoraTarget[]): StackedAdapters {
  const chosen = graph.input('adapters', 'int64', ['B']);
  const columns = graph.input('adapter_columns', 'int64', ['C']);
  const own = cast(equal(unsqueeze(chosen, [1]), columns), 'float32'); // [B, C]
  const mask = unsqueeze(own, [1]); // [B, 1, C]
  return {
    addTo(y, x, name) {
      if (!targets.some((target) => name.endsWith(`.${target}`))) return y;
      const [, inputs = 0] = x.shape;
      const [, outputs = 0] = y.shape;
      const inner = gemm(x, graph.input(loraName(name, 'A'), 'float32', [inputs, 'C'])); // [N, C]
      const kept = reshape(mul(reshape(inner, ['B', 'S', 'C']), mask), ['N', 'C']);
      return add(y, gemm(kept, graph.input(loraName(name, 'B'), 'float32', ['C', outputs])));
    },
  };
}
