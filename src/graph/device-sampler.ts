import { createGraph } from './graph.ts';
import {
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  greaterOrEqual,
  lessOrEqual,
  max,
  mul,
  reshape,
  softmax,
  sum,
  where,
} from './ops/index.ts';
import { argmax, cumulative, padded, penalise, smaller } from './sampler.ts';
import type { Graph, Value } from './value.ts';

/** Which settings a batch of rows uses: the sampler has only the steps that some row needs. */
export interface DeviceSamplerOptions {
  vocabSize: number;
  /** Some row draws; otherwise each takes its most probable token. */
  draws: boolean;
  /** Some row has a repetition penalty or banned tokens. */
  penalties: boolean;
  topK: boolean;
  topP: boolean;
}

/**
 * Chooses tokens from the logits [B, V] where they are, on a device whose provider has neither empty tensors nor
 * integer arithmetic (WebGPU): every row takes every step, in float32, and settings that change nothing make a step do
 * nothing.
 *
 * Inputs: `logits` float32 [B, V]; with `penalties`, `seen_tokens` int64 [B, M], `penalties` [B, 1] and `bans` [B, M] as
 * in `sampler`; with `draws`, `temperatures` [B, 1] and `points` [B, 1] in [0, 1); with `topK`, `top_k` [B, 1], V for
 * none; with `topP`, `top_p` [B, 1], 1 for none.
 * Outputs: `best` int64 [B], the most probable token; with `draws`, `drawn` float32 [B, 1], the token at that point of
 * the cumulative distribution, in token order.
 *
 * Ties at the border of top-k or top-p are all kept, and so is what is within two millionths of it.
 */
export function deviceSampler({ vocabSize, draws, penalties, topK, topP }: DeviceSamplerOptions): Graph {
  const graph = createGraph();
  const column = (name: string) => graph.input(name, 'float32', ['B', 1]);
  const logits = graph.input('logits', 'float32', ['B', vocabSize]);
  const allowed = penalties
    ? penalise(
        logits,
        graph.input('seen_tokens', 'int64', ['B', 'M']),
        column('penalties'),
        graph.input('bans', 'float32', ['B', 'M']),
      )
    : logits;
  graph.output('best', argmax(allowed));
  if (!draws) return graph;

  let weights = softmax(div(allowed, column('temperatures'))); // [B, V]
  if (topK) weights = atLeast(weights, thresholdWhere(weights, 'count', column('top_k')));
  if (topP) {
    const enough = mul(sum(weights, 1, { keep: true }), mul(column('top_p'), JUST_BELOW));
    weights = atLeast(weights, thresholdWhere(weights, 'sum', enough));
  }
  graph.output('drawn', draw(weights, column('points'), vocabSize));
  return graph;
}

/** Rounding in two sums of the same weights must not make all of them too few. */
const JUST_BELOW = 1 - 2 ** -20;

const atLeast = (weights: Value, threshold: Value): Value =>
  where(greaterOrEqual(weights, threshold), weights, 0);

/** Weights below e^LOWEST are never kept. */
const LOWEST = Math.log(1e-12);
const WAYS = 16;
const ROUNDS = 6;

/**
 * The largest threshold [B, 1], to 2·10⁻⁶ of itself, at which the weights that reach it number or add up to `enough`
 * [B, 1]. Sorting 50,000 weights takes 136 passes over them on a GPU; this search takes six, each of which tries 15
 * thresholds at once, evenly spaced on a logarithmic scale.
 */
function thresholdWhere(weights: Value, measure: 'count' | 'sum', enough: Value): Value {
  const { graph } = weights;
  const [, vocabSize = 'V'] = weights.shape;
  const all = reshape(weights, ['B', 1, vocabSize]);
  let low: Value = graph.constant([LOWEST], 'float32', [1, 1]); // logarithm of a threshold that is low enough
  for (let round = 1; round <= ROUNDS; round++) {
    const width = -LOWEST / WAYS ** round;
    const steps = Array.from({ length: WAYS - 1 }, (_, i) => (i + 1) * width);
    const tried = exp(add(low, graph.constant(steps, 'float32', [1, WAYS - 1]))); // [B, 15], in the first round [1, 15]
    const reached = greaterOrEqual(all, reshape(tried, [...tried.shape, 1])); // [B, 15, V]
    const measured = sum(measure === 'sum' ? where(reached, all, 0) : cast(reached, 'float32'), 2); // [B, 15]
    low = add(low, mul(count(greaterOrEqual(measured, enough)), width)); // [B, 1]
  }
  return exp(low);
}

/** Weights in one block of the draw. */
const BLOCK = 256;

/** As the CPU's `draw` in sampler.ts: first the block of the point, then the weight in it. */
function draw(weights: Value, points: Value, vocabSize: number): Value {
  const { graph } = weights;
  const blocks = Math.ceil(vocabSize / BLOCK);
  const inBlocks = reshape(padded(weights, blocks * BLOCK), ['B', blocks, BLOCK]);
  const numbers = (count: number) =>
    graph.constant(Array.from({ length: count }, (_, i) => i), 'float32', [1, count]); // biome-ignore format: one call

  const upTo = cumulative(sum(inBlocks, 2)); // [B, blocks]
  const target = mul(mul(points, JUST_BELOW), max(upTo, 1)); // [B, 1]
  const passed = lessOrEqual(upTo, target); // [B, blocks]
  const block = count(passed); // [B, 1]
  const chosen = cast(equal(numbers(blocks), block), 'float32'); // [B, blocks]
  const inside = sum(mul(inBlocks, reshape(chosen, ['B', blocks, 1])), 1); // [B, 256]
  const before = max(where(passed, upTo, 0), 1); // [B, 1]
  // The two sums round differently: where they disagree at the end of the block, take its last possible weight.
  const last = max(where(greater(inside, 0), numbers(BLOCK), 0), 1); // [B, 1]
  const place = smaller(count(lessOrEqual(add(cumulative(inside), before), target)), last);
  return add(mul(block, BLOCK), place);
}

/** How many of the conditions [B, M] hold → float32 [B, 1]. */
const count = (conditions: Value): Value => sum(cast(conditions, 'float32'), 1, { keep: true });
