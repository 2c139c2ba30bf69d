import {
  add,
  cast,
  div,
  gather,
  greater,
  less,
  lessOrEqual,
  mul,
  reshape,
  slice,
  softmax,
  split,
  sub,
  sum,
  where,
} from './ops/index.ts';
import type { Dtype, Graph, Shape, Value } from './value.ts';

/** Tokens in one block of the draw: GPT-2's 50,257 tokens make 393 blocks, whose sums lead to the block of the draw. */
const BLOCK = 128;
/** Added to a logit, it makes the softmax exactly 0 in float32 at any temperature. */
export const BANNED = -1e9;
/**
 * How many of a row's largest probabilities are searched for its nucleus (top-p) before the whole distribution leaves
 * the graph. At the bot's settings, they contain the nucleus of eight rows in ten with a small model, and of more with
 * a better one.
 */
export const NUCLEUS = 256;
/** Keeps the point of the draw below the total despite rounding; a millionth of the distribution is never reached. */
const BELOW_ONE = 1 - 2 ** -20;

/**
 * Chooses tokens inside the graph, where it costs tens of microseconds per row. Each row of the logits [R, V] takes the
 * path that its settings need: its index is listed in one of these inputs (any may be empty):
 *
 * - `greedy_rows` [G] → `greedy_tokens` [G]: the most probable token;
 * - `draw_rows` [D], `draw_temperatures` [D, 1], `draw_points` [D, 1] in [0, 1) → `drawn_tokens` [D, 1]: the token at
 *   that point of the cumulative softmax, in token order;
 * - `shaped_rows` [P], `temperatures` [P, 1], `seen_tokens` [P, M], `penalties` [P, 1], `bans` [P, M]: rows that also
 *   have a repetition penalty (1 for none), banned tokens (`BANNED` at their positions among the seen ones, else 0),
 *   top-k, or top-p. These parts of their softmax leave the graph:
 *   - for `table_rows` [A] (indices into the shaped rows), the `table_size` [1] largest probabilities, in descending
 *     order, as `table_weights` and `table_tokens` [A + 1, K], whose last row has no meaning;
 *   - for those table rows whose `NUCLEUS` largest sum to less than their `table_shares` [A + 1, 1], also the whole
 *     softmax, as `wide_weights` [W, V], with their rows in the table, `wide_places` [W], in order;
 *   - for `full_rows` [F], the whole softmax, as `full_weights` [F, V].
 *
 * Processors run in Hugging Face's order: repetition penalty, banned tokens, temperature, then, outside the graph,
 * top-k and top-p.
 */
export function sampler(graph: Graph, logits: Value): void {
  const rows = (name: string, length: string) => graph.input(name, 'int64', [length]);
  const column = (name: string, length: string) => graph.input(name, 'float32', [length, 1]);

  graph.output('greedy_tokens', argmax(gather(logits, rows('greedy_rows', 'G'))));

  const drawn = div(gather(logits, rows('draw_rows', 'D')), column('draw_temperatures', 'D'));
  graph.output('drawn_tokens', draw(softmax(drawn), column('draw_points', 'D')));

  const seen = graph.input('seen_tokens', 'int64', ['P', 'M']);
  const bans = graph.input('bans', 'float32', ['P', 'M']);
  const shaped = penalise(gather(logits, rows('shaped_rows', 'P')), seen, column('penalties', 'P'), bans);
  const weights = softmax(div(shaped, column('temperatures', 'P')));
  const size = graph.input('table_size', 'int64', [1]);
  // One extra row: with none, onnxruntime 1.30's TopK divides by zero, which kills the process.
  const spare = graph.constant([0, 0, 1, 0], 'int64');
  const tabled = one(graph, 'Pad', [gather(weights, rows('table_rows', 'A')), spare], 'float32', [
    'A+1',
    'V',
  ]);
  const [largest, tokens] = graph.node(
    'TopK',
    [tabled, size],
    [
      { dtype: 'float32', shape: ['A+1', 'K'] },
      { dtype: 'int64', shape: ['A+1', 'K'] },
    ],
    { attributes: { axis: -1, largest: 1, sorted: 1 } },
  );
  if (!largest || !tokens) throw new Error('TopK has two outputs');
  const covered = sum(slice(largest, 1, 0, NUCLEUS), 1, { keep: true });
  const tooFew = less(covered, graph.input('table_shares', 'float32', ['A+1', 1]));
  const [first] = split(one(graph, 'NonZero', [tooFew], 'int64', [2, 'W']), 0, 2);
  if (!first) throw new Error('unreachable: split in two');
  const wide = reshape(first, ['W']);
  graph.output('wide_places', wide);
  graph.output('wide_weights', gather(tabled, wide));
  graph.output('table_weights', largest);
  graph.output('table_tokens', tokens);
  graph.output('full_weights', gather(weights, rows('full_rows', 'F')));
}

// Reductions count their axis from the front: onnxruntime 1.30 gives empty inputs a wrong shape for a negative axis.

/** Index of the largest element of each row [N, V] → [N]; the first one on a tie. */
const argmax = (x: Value): Value =>
  one(x.graph, 'ArgMax', [x], 'int64', x.shape.slice(0, 1), { axis: 1, keepdims: 0 });

/**
 * Divides the positive and multiplies the negative logits of the seen tokens (CTRL, arXiv:1909.05858), and adds their
 * bans. A token listed twice is penalized once, because both entries write the same number.
 */
export function penalise(logits: Value, seen: Value, penalties: Value, bans: Value): Value {
  const { graph } = logits;
  const old = one(graph, 'GatherElements', [logits, seen], 'float32', seen.shape, { axis: 1 });
  const penalised = where(greater(old, 0), div(old, penalties), mul(old, penalties));
  const allowed = add(penalised, bans);
  return one(graph, 'ScatterElements', [logits, seen, allowed], 'float32', logits.shape, { axis: 1 });
}

/**
 * Inverse transform sampling: weights [N, V], points [N, 1] → the first token whose cumulative weight exceeds
 * `point · total`, [N, 1]. It sums over blocks first, then inside one block, instead of a running sum over V.
 */
function draw(weights: Value, points: Value): Value {
  const { graph } = weights;
  const [n = 'D', vocabulary] = weights.shape;
  if (typeof vocabulary !== 'number') throw new Error('the vocabulary has no fixed size');
  const blocks = Math.ceil(vocabulary / BLOCK);
  const inBlocks = reshape(padded(weights, blocks * BLOCK), [n, blocks, BLOCK]);

  const sums = sum(inBlocks, 2); // [N, blocks]
  const upTo = cumulative(sums);
  const total = one(graph, 'Gather', [upTo, graph.constant([blocks - 1], 'int64')], 'float32', [n, 1], {
    axis: 1,
  });
  const target = mul(mul(points, BELOW_ONE), total); // [N, 1]
  const block = smaller(countReached(upTo, target), graph.constant([blocks - 1], 'int64')); // [N, 1]

  const before = one(graph, 'GatherElements', [sub(upTo, sums), block], 'float32', [n, 1], { axis: 1 });
  const inside = one(graph, 'GatherND', [inBlocks, block], 'float32', [n, BLOCK], { batch_dims: 1 });
  // The two sums round differently: where they disagree at the end of the block, take its last possible token.
  const places = graph.constant(
    Array.from({ length: BLOCK }, (_, i) => i),
    'int64',
  );
  const possible = where(greater(inside, 0), places, graph.constant(0, 'int64'));
  const last = one(graph, 'ReduceMax', [possible, graph.constant([1], 'int64')], 'int64', [n, 1], {
    keepdims: 1,
  });
  const place = smaller(countReached(add(cumulative(inside), before), target), last);
  return add(mul(block, BLOCK), place);
}

/** How many of the sums [N, M] do not exceed the target [N, 1] → int64 [N, 1]. */
const countReached = (sums: Value, target: Value): Value =>
  sum(cast(lessOrEqual(sums, target), 'int64'), 1, { keep: true });

/** x [N, V] with zeros, or another number, appended: [N, length]. */
export function padded(x: Value, length: number, filling?: number): Value {
  const [n = 'N', vocabulary = 0] = x.shape;
  const padding = x.graph.constant([0, 0, 0, length - Number(vocabulary)], 'int64');
  const inputs = filling === undefined ? [x, padding] : [x, padding, x.graph.constant(filling)];
  return one(x.graph, 'Pad', inputs, 'float32', [n, length]);
}

export const cumulative = (x: Value): Value =>
  one(x.graph, 'CumSum', [x, x.graph.constant(1, 'int64')], 'float32', x.shape);

export const smaller = (a: Value, b: Value): Value => one(a.graph, 'Min', [a, b], a.dtype, a.shape);

function one(
  graph: Graph,
  type: string,
  inputs: Value[],
  dtype: Dtype,
  shape: Shape,
  attributes: Record<string, number> = {},
): Value {
  const [result] = graph.node(type, inputs, [{ dtype, shape }], { attributes });
  if (!result) throw new Error(`${type} has an output`);
  return result;
}
