import type { Attributes, Dtype, Graph, Operand, PartialGradient, Shape, Value } from '../value.ts';

/** An operation's single output, and how a gradient flows back through the operation. */
export interface Result {
  shape: Shape;
  /** Default: the first input's. */
  dtype?: Dtype;
  attributes?: Attributes;
  domain?: string;
  /** Gradients of the inputs, in order, given the output's; `y` is the output itself. If absent, no gradient flows. */
  backward?: (gradient: Value, y: Value) => readonly (PartialGradient | undefined)[];
}

/** The single output of a node. */
export function only(outputs: readonly Value[]): Value {
  const [output] = outputs;
  if (!output) throw new Error('the node has no output');
  return output;
}

/** Writes one node with one output and, if one of its inputs is watched, its backward rule. */
export function apply(type: string, inputs: readonly [Value, ...Value[]], result: Result): Value {
  const { graph, dtype } = inputs[0];
  const { shape, attributes = {}, domain = '', backward } = result;
  const y = only(graph.node(type, inputs, [{ dtype: result.dtype ?? dtype, shape }], { attributes, domain }));
  if (backward)
    graph.tape.record({ inputs, outputs: [y], backward: ([gradient]) => backward(gradient ?? y, y) });
  return y;
}

/** Both operands as values of one graph; a plain number becomes a constant of the other operand's type. */
export function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? a.graph.constant(b, a.dtype) : b];
  if (typeof b !== 'number') return [b.graph.constant(a, b.dtype), b];
  throw new Error('an operation needs at least one value of a graph');
}

/** An int64 vector, as operations take axes, starts, and lengths. */
export const int64 = (graph: Graph, values: readonly number[]): Value => graph.constant(values, 'int64');
