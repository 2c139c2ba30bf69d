import type { Shape, Value } from '../value.ts';
import { reshape, shapeVector } from './layout.ts';
import { apply, int64 } from './op.ts';

/** Broadcasts to `shape`: repeats along axes of length 1 and along missing leading axes. */
export const expandTo = (x: Value, shape: Shape): Value =>
  apply('Expand', [x, shapeVector(x.graph, shape)], { shape, backward: (g) => [sumTo(g, x.shape)] });

/** Undoes broadcasting: sums `x` over the axes along which `shape` was stretched; the result has exactly `shape`. */
export function sumTo(x: Value, shape: Shape): Value {
  const extra = x.shape.length - shape.length;
  const stretched = x.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  if (stretched.length === 0) return x;
  const kept = x.shape.map((dimension, axis) => (stretched.includes(axis) ? 1 : dimension));
  const sums = apply('ReduceSum', [x, int64(x.graph, stretched)], {
    shape: kept,
    attributes: { keepdims: 1 },
  });
  return extra ? reshape(sums, shape) : sums;
}
