import { add, scatterAdd, zeros } from './ops/index.ts';
import type { PartialGradient, RowGradient, Value } from './value.ts';

/** The gradient of one value: `dense`, of the value's shape, plus rows to be added at indices (embeddings only). */
export interface Gradient {
  readonly dense?: Value;
  readonly rows: readonly RowGradient[];
}

/**
 * Reverse-mode differentiation: appends to the graph the gradients of `loss` (a scalar) with respect to each of
 * `parameters`, which must have been watched before the forward pass was built.
 */
export function gradients(loss: Value, parameters: readonly Value[]): Gradient[] {
  const { tape } = loss.graph;
  return tape.paused(() => {
    const partials = new Map<Value, PartialGradient[]>([[loss, [loss.graph.constant(1)]]]);
    for (const { inputs, outputs, backward } of tape.entries.toReversed()) {
      const arrived = outputs.map((output) => partials.get(output));
      if (arrived.every((list) => !list)) continue;
      const upstream = outputs.map((output, i) => dense(combine(arrived[i] ?? []), output));
      backward(upstream).forEach((partial, i) => {
        const input = inputs[i];
        if (!input || !partial || !tape.watches(input)) return;
        const list = partials.get(input);
        if (list) list.push(partial);
        else partials.set(input, [partial]);
      });
    }
    return parameters.map((parameter) => combine(partials.get(parameter) ?? []));
  });
}

/** A gradient as one tensor of its value's shape, with rows scattered in; zeros if there is none. */
export function dense(gradient: Gradient, of: Value): Value {
  return gradient.rows.reduce(
    (table, { indices, rows }) => scatterAdd(table, indices, rows),
    gradient.dense ?? zeros(of),
  );
}

/** Adds up the gradients from every use of a value; rows and dense gradients are kept separate. */
function combine(partials: readonly PartialGradient[]): Gradient {
  const tables = partials.filter((partial): partial is Value => 'dtype' in partial);
  const rows = partials.filter((partial): partial is RowGradient => 'rows' in partial);
  const [first, ...rest] = tables;
  return first ? { dense: rest.reduce(add, first), rows } : { rows };
}
