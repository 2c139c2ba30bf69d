import { createGraph } from './graph.ts';
import { cast, equal, gemm, reshape, transpose, unsqueeze, where } from './ops/index.ts';
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
 * rounds differently.
 */
function stackedAdapters(graph: Graph, targets: readonly string[]): StackedAdapters {
  const { chosen, slots } = owners(graph);
  const own = unsqueeze(equal(unsqueeze(slots, [1]), chosen), [2]); // [P, N, 1]
  return {
    addTo(y, x, name) {
      if (!adapted(name, targets)) return y;
      const [, inputs = 0] = x.shape;
      const [, outputs = 0] = y.shape;
      const a = graph.input(loraName(name, 'A'), 'float32', ['P', inputs, SLOT]);
      const b = graph.input(loraName(name, 'B'), 'float32', ['4P', outputs]);
      const kept = where(own, half(x, a), 0); // [P, N, 4]
      const columns = reshape(transpose(kept, [1, 0, 2]), ['N', '4P']);
      return productAdded(y, columns, b, { factor: 2 });
    },
  };
}

/**
 * The same for a device, in as few operations as possible: `….lora_A` is [in, 4·P], and both matrices are of type
 * `dtype`. `deviceMatrix` makes them so when they are carried over.
 */
function deviceAdapters(graph: Graph, targets: readonly string[], dtype: Dtype): StackedAdapters {
  const { chosen, slots } = owners(graph);
  const own = unsqueeze(equal(unsqueeze(chosen, [1]), slots), [2]); // [N, P, 1]
  const zero = cast(graph.constant(0), dtype);
  return {
    addTo(y, x, name) {
      if (!adapted(name, targets)) return y;
      const [, inputs = 0] = x.shape;
      const [, outputs = 0] = y.shape;
      const a = graph.input(loraName(name, 'A'), dtype, [inputs, '4P']);
      const b = graph.input(loraName(name, 'B'), dtype, ['4P', outputs]);
      const kept = where(own, reshape(gemm(x, a), ['N', 'P', SLOT]), zero);
      return productAdded(y, reshape(kept, ['N', '4P']), b);
    },
  };
}

const adapted = (name: string, targets: readonly string[]): boolean =>
  targets.some((target) => name.endsWith(`.${target}`));

/** The adapter of each token, and the one that each slot belongs to. */
const owners = (graph: Graph) => ({
  chosen: graph.input('adapters', 'int64', ['N']),
  slots: graph.input('slot_adapters', 'int64', ['P']),
});

/** Makes a matrix of a stack what `deviceAdapters` takes: `matrix` float32, as on the CPU → `made`. */
export function deviceMatrix(which: 'A' | 'B', dtype: Dtype): Graph {
  const graph = createGraph();
  const matrix = graph.input('matrix', 'float32', which === 'A' ? ['P', 'in', SLOT] : ['4P', 'out']);
  const turned = which === 'A' ? transpose(matrix, [1, 0, 2]) : matrix; // [in, P, 4]
  graph.output('made', dtype === turned.dtype ? copied(turned) : cast(turned, dtype));
  return graph;
}

/**
 * Linear layers with adapters on `targets` (`stackedAdapters`), if there are any. `device`: the graph is for a device, with
 * activations of that type.
 */
export function adaptedProjection(
  graph: Graph,
  project: TransformerParts['project'],
  targets: readonly string[] | undefined,
  { device }: { device?: Dtype } = {},
): TransformerParts['project'] {
  if (!targets) return project;
  const adapters = device ? deviceAdapters(graph, targets, device) : stackedAdapters(graph, targets);
  return (x, names) => project(x, names).map((y, i) => adapters.addTo(y, x, names[i] ?? ''));
}

/** `½·x·a`: x [N, in], a [P, in, 4] → [P, N, 4]. */
function half(x: Value, a: Value): Value {
  return one(x.graph.node('FusedMatMul', [x, a], [{ dtype: 'float32', shape: ['P', 'N', SLOT] }], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: 0.5 } },
  })); // biome-ignore format: one call
}

/** `y + factor·x·b`. */
function productAdded(y: Value, x: Value, b: Value, { factor = 1 } = {}): Value {
  return one(x.graph.node('Gemm', [x, b, y], [{ dtype: y.dtype, shape: y.shape }], {
    attributes: { alpha: { float: factor }, beta: { float: 1 } },
  })); // biome-ignore format: one call
}

const copied = (x: Value): Value => one(x.graph.node('Identity', [x], [{ dtype: x.dtype, shape: x.shape }]));

function one([value]: readonly Value[]): Value {
  if (!value) throw new Error('the node has one output');
  return value;
}
