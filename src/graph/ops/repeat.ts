import type { Graph, Shape, Value } from '../value.ts';
import { add, mul } from './elementwise.ts';
import { concat, unsqueeze } from './layout.ts';
import { total } from './reduce.ts';

/** What is done in every round. */
export interface Rounds {
  /** What the first round is given, and each further one by the round before: float32. */
  state?: { first: Value; shape: Shape };
  /** Writes one round into `body`; `round` is its number, int64 scalar. It may read values of the graph around it. */
  write(
    body: Graph,
    round: Value,
    state: Value | undefined,
    /** What the round computes must begin with something that this was added to (`unrolled`): a zero. */
    after?: Value,
  ): { state?: Value; results: readonly Value[] };
}

/**
 * Runs a part of the graph `count` times (int64 scalar, at least 1), one after another, so that the memory of one round
 * is free for the next (ONNX's Loop). Returns the last state, if there is one, and for each result those of all rounds
 * as [count, …]; all rounds' have the same shape. No gradient.
 */
export function repeat(graph: Graph, rounds: string, count: Value, { state, write }: Rounds): Value[] {
  const body = graph.body();
  const round = body.input('round', 'int64', []);
  const going = body.input('going', 'bool', []);
  // Its declared shape is of unknown lengths: the first state may have shorter ones.
  const held = state && body.input('state', 'float32', state.shape.map((_, axis) => `state${axis}`)); // biome-ignore format: one line
  const written = write(body, round, held);
  body.output('goes_on', going);
  if (written.state) body.output('next_state', written.state);
  written.results.forEach((result, i) => {
    body.output(`result${i}`, result);
  });
  return graph.node(
    'Loop',
    [count, undefined, ...(state ? [state.first] : [])],
    [
      ...(state ? [{ dtype: 'float32', shape: state.shape } as const] : []),
      ...written.results.map(({ dtype, shape }) => ({ dtype, shape: [rounds, ...shape] })),
    ],
    { attributes: { body: { body } } },
  );
}

/**
 * The same for a number of rounds that is known, written one after another: for devices that have no loops. onnxruntime
 * may run what does not depend on one another in any order, and would hold what all rounds have in between: so a round
 * waits for a zero that is made of all that the one before gives.
 */
export function unrolled(graph: Graph, rounds: string, count: number, { state, write }: Rounds): Value[] {
  let held = state?.first;
  let after: Value | undefined;
  const all: Value[][] = [];
  for (let i = 0; i < count; i++) {
    const written = write(graph, graph.constant([i], 'int64', []), held, after);
    held = written.state;
    const given = [...(held ? [held] : []), ...written.results].map(total);
    after = mul(
      given.reduce((sum, one) => add(sum, one)),
      0,
    );
    all.push(written.results.map((result) => unsqueeze(result, [0])));
  }
  const results = (all[0] ?? []).map((_, of) => concat(all.flatMap((round) => round[of] ?? []), 0, rounds)); // biome-ignore format: one line
  return held ? [held, ...results] : results;
}
