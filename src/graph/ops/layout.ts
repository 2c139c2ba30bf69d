import { dataTypeOf } from '../encode.ts';
import {
  axisOf,
  type Dimension,
  type Dtype,
  dimensionAt,
  type Graph,
  type Shape,
  type Value,
  withDimension,
} from '../value.ts';
import { apply, int64, only } from './op.ts';

/** A shape as the int64 vector that onnxruntime takes; symbolic lengths are read at run time. */
export function shapeVector(graph: Graph, shape: Shape): Value {
  const symbolic = shape.filter((dimension) => typeof dimension === 'string');
  if (symbolic.length === 0) return int64(graph, shape.map(Number));
  const parts = shape.map((dimension) =>
    typeof dimension === 'string' ? graph.dimension(dimension) : int64(graph, [dimension]),
  );
  return only(
    graph.node('Concat', parts, [{ dtype: 'int64', shape: [shape.length] }], { attributes: { axis: 0 } }),
  );
}

/** The same elements, in order, in another shape. */
export function reshape(x: Value, shape: Shape): Value {
  // 0 copies the length of the same axis of x, and -1 is inferred, so no input's shape has to be read.
  const plain = shape.map((dimension, axis) =>
    typeof dimension === 'number' ? dimension : dimension === x.shape[axis] ? 0 : -1,
  );
  const single = plain.filter((dimension) => dimension === -1).length <= 1;
  const target = single ? int64(x.graph, plain) : shapeVector(x.graph, shape);
  return apply('Reshape', [x, target], { shape, backward: (g) => [reshape(g, x.shape)] });
}

/** Reorders the axes: output axis `i` is input axis `order[i]`. */
export const transpose = (x: Value, order: readonly number[]): Value =>
  apply('Transpose', [x], {
    shape: order.map((axis) => dimensionAt(x.shape, axis)),
    attributes: { perm: order },
    backward: (g) => [
      transpose(
        g,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ],
  });

/** Swaps the last two axes. */
export function swapLast(x: Value): Value {
  const rank = x.shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

/** Splits into equal parts along an axis of known length. */
export function split(x: Value, axis: number, parts: number): Value[] {
  const length = dimensionAt(x.shape, axis);
  if (typeof length === 'string' || length % parts)
    throw new Error(`[${x.shape}] does not split into ${parts}`);
  const shape = withDimension(x.shape, axis, length / parts);
  const type = { dtype: x.dtype, shape };
  const outputs = x.graph.node('Split', [x], Array(parts).fill(type), {
    attributes: { axis: axisOf(x.shape, axis), num_outputs: parts },
  });
  x.graph.tape.record({ inputs: [x], outputs, backward: (gradients) => [concat(gradients, axis, length)] });
  return outputs;
}

/** Splits into parts of these lengths along one axis. */
export function splitInto(x: Value, axis: number, lengths: readonly number[]): Value[] {
  const outputs = x.graph.node(
    'Split',
    [x, int64(x.graph, lengths)],
    lengths.map((length) => ({ dtype: x.dtype, shape: withDimension(x.shape, axis, length) })),
    { attributes: { axis: axisOf(x.shape, axis) } },
  );
  const whole = dimensionAt(x.shape, axis);
  x.graph.tape.record({ inputs: [x], outputs, backward: (gradients) => [concat(gradients, axis, whole)] });
  return outputs;
}

/** Concatenates along one axis; `length` names the total length where it is not a plain number. No gradient. */
export function concat(parts: readonly Value[], axis: number, length: Dimension): Value {
  const [first, ...rest] = parts;
  if (!first) throw new Error('nothing to concatenate');
  return apply('Concat', [first, ...rest], {
    shape: withDimension(first.shape, axis, length),
    attributes: { axis: axisOf(first.shape, axis) },
  });
}

/** Inserts axes of length 1 at these positions of the result. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  const shape = [...axes].sort((a, b) => a - b).reduce<Shape>((s, axis) => s.toSpliced(axis, 0, 1), x.shape);
  return apply('Unsqueeze', [x, int64(x.graph, axes)], { shape, backward: (g) => [reshape(g, x.shape)] });
}

/** Drops these axes of length 1. */
export const squeeze = (x: Value, axes: readonly number[]): Value =>
  apply('Squeeze', [x, int64(x.graph, axes)], {
    shape: x.shape.filter((_, axis) => !axes.map((a) => axisOf(x.shape, a)).includes(axis)),
    backward: (g) => [reshape(g, x.shape)],
  });

/** Elements `start` to `end` (exclusive) along one axis. No gradient. */
export const slice = (x: Value, axis: number, start: number, end: number): Value =>
  apply('Slice', [x, int64(x.graph, [start]), int64(x.graph, [end]), int64(x.graph, [axis])], {
    shape: withDimension(x.shape, axis, end - start),
  });

/** Casts to another element type. Between floating-point types the gradient is cast back. */
export const cast = (x: Value, dtype: Dtype): Value =>
  x.dtype === dtype
    ? x
    : apply('Cast', [x], {
        dtype,
        shape: x.shape,
        attributes: { to: dataTypeOf(dtype) },
        backward: (g) => [cast(g, x.dtype)],
      });

/** 0, 1, 2, … up to but excluding a symbolic or plain length, int64. */
export function range(graph: Graph, length: Dimension): Value {
  const end =
    typeof length === 'string' ? squeeze(graph.dimension(length), [0]) : graph.constant(length, 'int64');
  return apply('Range', [graph.constant(0, 'int64'), end, graph.constant(1, 'int64')], { shape: [length] });
}
