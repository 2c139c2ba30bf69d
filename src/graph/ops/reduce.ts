import { axisOf, type Value, withDimension } from '../value.ts';
import { expandTo } from './broadcast.ts';
import { mul } from './elementwise.ts';
import { reshape } from './layout.ts';
import { apply, int64 } from './op.ts';

/** Sum over one axis. Every summed element gets the gradient unchanged. */
export function sum(x: Value, axis: number, { keep = false } = {}): Value {
  const kept = withDimension(x.shape, axis, 1);
  return apply('ReduceSum', [x, int64(x.graph, [axis])], {
    shape: keep ? kept : x.shape.toSpliced(axisOf(x.shape, axis), 1),
    attributes: { keepdims: keep ? 1 : 0 },
    backward: (g) => [expandTo(keep ? g : reshape(g, kept), x.shape)],
  });
}

/** Sum of all elements, a scalar. */
export const total = (x: Value): Value =>
  apply('ReduceSum', [x], {
    shape: [],
    attributes: { keepdims: 0 },
    backward: (g) => [expandTo(g, x.shape)],
  });

/** Mean over one axis of known length. */
export function mean(x: Value, axis: number, { keep = false } = {}): Value {
  const length = x.shape.at(axis);
  if (typeof length !== 'number') throw new Error(`mean over axis ${axis} of [${x.shape}]: length not known`);
  return mul(sum(x, axis, { keep }), 1 / length);
}

/** Largest element along one axis, kept as length 1. No gradient. */
export const max = (x: Value, axis: number): Value => extreme('ReduceMax', x, axis);

/** Smallest element along one axis, kept as length 1. No gradient. */
export const min = (x: Value, axis: number): Value => extreme('ReduceMin', x, axis);

const extreme = (type: 'ReduceMax' | 'ReduceMin', x: Value, axis: number): Value =>
  apply(type, [x, int64(x.graph, [axis])], {
    shape: withDimension(x.shape, axis, 1),
    attributes: { keepdims: 1 },
  });
