import { add, cast, equal, gemm, matmul, mul, reshape, transpose, unsqueeze, where } from './ops/index.ts';
import { loraName } from './trained-adapter.ts';
import type { TransformerParts } from './transformer-parts.ts';
import type { Dtype, Graph, Value } from './value.ts';

/** Columns in one slot of the stack. */
export const SLOT = 4;

/** The low-rank adapters of a decode graph. */
interface StackedAdapters {
  /** `y + x·A·B` with each token's own A and B, if this layer may be adapted: x [N, in], y [N, out] → [N, out]. */
  addTo(y: Value, x: Value, name: string): Value;
}

/**
 * Adapters (LoRA, arXiv:2106.09685) as inputs, so that the rows of one batch can use different ones. A stack has P
 * slots of 4 columns; an adapter of higher rank takes several slots. Inputs: `adapters` int64 [N], the adapter of each
 * token, 0 for none; `slot_adapters` int64 [P], the adapter (from 1) that each slot belongs to; and for each layer that
 * may be adapted (`targets`), the matrices `….lora_A` [P, in, 4] and `….lora_B` [4·P, out], with alpha/rank multiplied
 * into B.
 *
 * Every token is multiplied by the whole stack, and the results of other adapters' slots are zeroed. That is more
 * arithmetic than gathering each row's matrices, but a gather copies megabytes per row, and this reads each slot once.
 *
 * A token gets the same bits whatever the other tokens and slots: each slot is a separate product, the second product
 * adds exact zeros, and the factors 1/2 and 2 keep onnxruntime from using its other kernel for a single row, which
 * rounds differently. Given a `dtype`, the products are those of a GPU, of that type.
 */
function stackedAdapters(
  graph: Graph,
  targets: readonly string[],
  { dtype }: { dtype?: Dtype } = {},
): StackedAdapters {
  const chosen = graph.input('adapters', 'int64', ['N']);
  const slots = graph.input('slot_adapters', 'int64', ['P']);
  const own = unsqueeze(equal(unsqueeze(slots, [1]), chosen), [2]); // [P, N, 1]
  return {
    addTo(y, x, name) {
      if (!targets.some((target) => name.endsWith(`.${target}`))) return y;
      const [, inputs = 0] = x.shape;
      const [, outputs = 0] = y.shape;
      const a = graph.input(loraName(name, 'A'), 'float32', ['P', inputs, SLOT]);
      const b = graph.input(loraName(name, 'B'), 'float32', ['4P', outputs]);
      const inner = dtype ? matmul(x, cast(a, dtype)) : half(x, a); // [P, N, 4]
      const kept = dtype ? mul(inner, cast(own, dtype)) : where(own, inner, 0);
      const columns = reshape(transpose(kept, [1, 0, 2]), ['N', '4P']);
      return dtype ? add(y, gemm(columns, cast(b, dtype))) : twiceAddedTo(y, columns, b);
    },
  };
}

/** Linear layers with adapters on `targets` (`stackedAdapters`), if there are any. */
export function adaptedProjection(
  graph: Graph,
  project: TransformerParts['project'],
  targets: readonly string[] | undefined,
  options: { dtype?: Dtype } = {},
): TransformerParts['project'] {
  if (!targets) return project;
  const adapters = stackedAdapters(graph, targets, options);
  return (x, names) => project(x, names).map((y, i) => adapters.addTo(y, x, names[i] ?? ''));
}

/** `½·x·a`: x [N, in], a [P, in, 4] → [P, N, 4]. */
function half(x: Value, a: Value): Value {
  return one(x.graph.node('FusedMatMul', [x, a], [{ dtype: 'float32', shape: ['P', 'N', SLOT] }], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: 0.5 } },
  })); // biome-ignore format: one call
}

/** `y + 2·x·b`. */
function twiceAddedTo(y: Value, x: Value, b: Value): Value {
  return one(x.graph.node('Gemm', [x, b, y], [{ dtype: 'float32', shape: y.shape }], {
    attributes: { alpha: { float: 2 }, beta: { float: 1 } },
  })); // biome-ignore format: one call
}

function one([value]: readonly Value[]): Value {
  if (!value) throw new Error('the node has one output');
  return value;
}
