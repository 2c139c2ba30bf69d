import type { Value } from '../value.ts';
import { unsqueeze } from './layout.ts';
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

/** Zeros of a known shape. */
export const zeros = (like: Value): Value =>
  apply('ConstantOfShape', [int64(like.graph, like.shape.map(Number))], {
    dtype: 'float32',
    shape: like.shape,
  });
