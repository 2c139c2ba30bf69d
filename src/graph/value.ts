import type { Graph } from './graph.ts';

/** Element types the graphs use, by their names in onnxruntime and NumPy. */
export type Dtype =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** A length known when the graph is written, or the name of one that each run decides (`'B'`, `'T'`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** One edge of a graph: what a node, an input or an initializer produces. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** What an elementwise operation takes: a value, or a number that becomes a constant. */
export type Operand = Value | number;

/** `axis` counted from the front; negative ones count from the back, as in NumPy. */
export const axisOf = (shape: Shape, axis: number): number => (axis < 0 ? shape.length + axis : axis);

/** The length of one axis; an axis the shape does not have is a mistake in the graph. */
export function dimensionAt(shape: Shape, axis: number): Dimension {
  const dimension = shape[axisOf(shape, axis)];
  if (dimension === undefined) throw new Error(`shape [${shape}] has no axis ${axis}`);
  return dimension;
}

/** The same shape with the length of one axis replaced. */
export const withDimension = (shape: Shape, axis: number, dimension: Dimension): Shape =>
  shape.with(axisOf(shape, axis), dimension);

/** NumPy's broadcasting of two shapes, axes aligned from the back. Symbolic names must agree. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[a.length - rank + axis] ?? 1;
    const y = b[b.length - rank + axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** Number of elements of a shape without symbolic dimensions. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((product, dimension) => {
    if (typeof dimension === 'string') throw new Error(`shape [${shape}] has no fixed size`);
    return product * dimension;
  }, 1);
}
