import type { Value } from '../value.ts';
import { add, equal } from './elementwise.ts';
import { cast, unsqueeze } from './layout.ts';
import { gemm } from './matrix.ts';
import { apply, int64 } from './op.ts';

/**
 * Rows of a table: table [V, D], indices of any shape → [...indices, D].
 * The gradient stays a list of rows (`indices` must then be [M]): adding the rows outside the graph is fifty times
 * faster than ScatterND.
 */
export const gather = (table: Value, indices: Value): Value =>
  apply('Gather', [table, indices], {
    shape: [...indices.shape, ...table.shape.slice(1)],
    attributes: { axis: 0 },
    backward: (g) => [{ indices, rows: g }, undefined],
  });

/** `table[indices[i]] += rows[i]`; rows with the same index add up. No gradient. */
export const scatterAdd = (table: Value, indices: Value, rows: Value): Value =>
  apply('ScatterND', [table, unsqueeze(indices, [1]), rows], {
    shape: table.shape,
    attributes: { reduction: 'add' },
  });

/**
 * `table[indices[i]] += rows[i]` for a GPU, where many threads that add to one row at once would give another sum each
 * time: the rows of each index are first added up by a product, and `distinct` int64 [U] holds every index once. No
 * gradient.
 */
export function addRows(table: Value, distinct: Value, indices: Value, rows: Value): Value {
  const same = equal(unsqueeze(cast(distinct, 'int32'), [1]), cast(indices, 'int32')); // [U, N]
  const sums = gemm(cast(same, 'float32'), rows); // [U, D]
  return apply('ScatterND', [table, unsqueeze(distinct, [1]), add(gather(table, distinct), sums)], {
    shape: table.shape,
  });
}

/** Zeros of a known shape. */
export const zeros = (like: Value): Value =>
  apply('ConstantOfShape', [int64(like.graph, like.shape.map(Number))], {
    dtype: 'float32',
    shape: like.shape,
  });
