import { createGraph } from './graph.ts';
import {
  add,
  cast,
  div,
  equal,
  greater,
  greaterOrEqual,
  lessOrEqual,
  matmul,
  max,
  min,
  mul,
  reshape,
  softmax,
  sum,
  where,
} from './ops/index.ts';
import { cumulative, padded, penalise, smaller } from './sampler.ts';
import type { Graph, Value } from './value.ts';

/** Which settings a batch of rows uses: the sampler has only the steps that some row needs. */
export interface DeviceSamplerOptions {
  vocabSize: number;
  /** Some row takes its most probable token. */
  greedy: boolean;
  /** Some row draws. */
  draws: boolean;
  /** Some row has a repetition penalty or banned tokens. */
  penalties: boolean;
  topK: boolean;
  topP: boolean;
}

/** Tokens in one block. Whatever is computed from all tokens is first computed for every block, on all of a GPU's cores. */
const BLOCK = 256;
/** The logit of what is no token. */
const NONE = -3.4e38;

/**
 * Chooses tokens from the logits [B, V] where they are, on a device whose provider has neither empty tensors nor
 * integer arithmetic (WebGPU): every row takes every step, in float32, and settings that change nothing make a step do
 * nothing. Vocabularies are read as blocks [B, V/256, 256]: one thread of a GPU that went through all tokens (as
 * onnxruntime's ArgMax does) would take milliseconds.
 *
 * Inputs: `logits` float32 [B, V]; with `penalties`, `seen_tokens` int64 [B, M], `penalties` [B, 1] and `bans` [B, M] as
 * in `sampler`; with `draws`, `temperatures` [B, 1] and `points` [B, 1] in [0, 1); with `topK`, `top_k` [B, 1], V for
 * none; with `topP`, `top_p` [B, 1], 1 for none.
 * Outputs, float32 [B, 1]: with `greedy`, `best`, the most probable token, the first one on a tie; with `draws`, `drawn`,
 * the token at that point of the cumulative distribution, in token order. A number beyond the vocabulary means that the
 * logits are no numbers.
 *
 * Ties at the border of top-k or top-p are all kept, and so is what is within two millionths of it.
 */
export function deviceSampler(options: DeviceSamplerOptions): Graph {
  const { vocabSize, greedy, draws, penalties, topK, topP } = options;
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
  if (greedy) graph.output('best', largest(inBlocks(allowed, NONE)));
  if (!draws) return graph;

  let weights = inBlocks(softmax(div(allowed, column('temperatures'))), 0);
  if (topK) weights = atLeast(weights, thresholdWhere(weights, 'count', column('top_k')));
  if (topP) {
    const enough = mul(total(weights), mul(column('top_p'), JUST_BELOW));
    weights = atLeast(weights, thresholdWhere(weights, 'sum', enough));
  }
  graph.output('drawn', draw(weights, column('points')));
  return graph;
}

/** Rounding in two sums of the same weights must not make all of them too few. */
const JUST_BELOW = 1 - 2 ** -20;

/** x [B, V] as [B, V/256, 256], the last block filled up. */
function inBlocks(x: Value, filling: number): Value {
  const [, vocabSize] = x.shape;
  const blocks = Math.ceil(Number(vocabSize) / BLOCK);
  const length = blocks * BLOCK;
  return reshape(length === vocabSize ? x : padded(x, length, filling), ['B', blocks, BLOCK]);
}

/** The index of the largest element of each row of x [B, blocks, 256] → [B, 1], the first one on a tie. */
function largest(x: Value): Value {
  const { graph } = x;
  const blocks = Number(x.shape[1]);
  const ofBlocks = (results: Value) => reshape(results, ['B', blocks]);
  const top = reshape(max(ofBlocks(max(x, 2)), 1), ['B', 1, 1]);
  const firsts = graph.constant(upTo(blocks, BLOCK), 'float32', [1, blocks, 1]);
  const indices = add(firsts, graph.constant(upTo(BLOCK), 'float32', [1, 1, BLOCK])); // computed when the graph is loaded
  const reached = where(greaterOrEqual(x, top), indices, blocks * BLOCK);
  return min(ofBlocks(min(reached, 2)), 1);
}

const atLeast = (weights: Value, threshold: Value): Value =>
  where(greaterOrEqual(weights, reshape(threshold, ['B', 1, 1])), weights, 0);

/** The sum of weights [B, blocks, 256] → [B, 1]. */
const total = (weights: Value): Value => sum(sum(weights, 2), 1, { keep: true });

/** The lowest threshold that is tried. Where it is too high, all weights are kept. */
const LOWEST = 1e-12;
const WAYS = 16;
const ROUNDS = 6;

/**
 * The largest threshold [B, 1], to 2·10⁻⁶ of itself, at which the weights [B, blocks, 256] that reach it number or add up
 * to `enough` [B, 1]; 0 if it is below `LOWEST`. Sorting 50,000 weights takes 136 passes over them on a GPU; this search
 * takes six, each of which tries 16 thresholds at once, evenly spaced on a logarithmic scale, from the best one of the
 * pass before.
 */
function thresholdWhere(weights: Value, measure: 'count' | 'sum', enough: Value): Value {
  const { graph } = weights;
  const [, blocks = 0] = weights.shape;
  const all = reshape(weights, ['B', 1, blocks, BLOCK]);
  let low: Value = graph.constant([LOWEST], 'float32', [1, 1]);
  for (let round = 1; round <= ROUNDS; round++) {
    const width = -Math.log(LOWEST) / WAYS ** round;
    const factors = Array.from({ length: WAYS }, (_, i) => Math.exp(i * width));
    const tried = mul(low, graph.constant(factors, 'float32', [1, WAYS])); // [B, 16], in the first round [1, 16]
    const reached = greaterOrEqual(all, reshape(tried, [...tried.shape, 1, 1])); // [B, 16, blocks, 256]
    const counted = measure === 'sum' ? where(reached, all, 0) : cast(reached, 'float32');
    const measured = sum(sum(counted, 3), 2); // [B, 16]
    low = max(where(greaterOrEqual(measured, enough), tried, 0), 1); // [B, 1]
  }
  return low;
}

/** As the CPU's `draw` in sampler.ts: first the block of the point, then the weight in it. */
function draw(weights: Value, points: Value): Value {
  const { graph } = weights;
  const blocks = Number(weights.shape[1]);
  const numbers = (count: number) => graph.constant(upTo(count), 'float32', [1, count]);

  const sums = cumulative(sum(weights, 2)); // [B, blocks]
  const target = mul(mul(points, JUST_BELOW), max(sums, 1)); // [B, 1]
  const passed = lessOrEqual(sums, target); // [B, blocks]
  const block = count(passed); // [B, 1]
  const chosen = cast(equal(numbers(blocks), block), 'float32'); // [B, blocks]
  const own = matmul(reshape(chosen, ['B', 1, blocks]), weights); // [B, 1, 256]: the block's weights
  const inside = cumulative(reshape(own, ['B', BLOCK]));
  const before = max(where(passed, sums, 0), 1); // [B, 1]
  // The two sums round differently: where they disagree at the end of the block, take its last possible weight.
  const last = max(where(greater(inside, 0), numbers(BLOCK), 0), 1); // [B, 1]
  const place = smaller(count(lessOrEqual(add(inside, before), target)), last);
  return add(mul(block, BLOCK), place);
}

/** How many of the conditions [B, M] hold → float32 [B, 1]. */
const count = (conditions: Value): Value => sum(cast(conditions, 'float32'), 1, { keep: true });

/** 0, step, 2 · step, … */
const upTo = (count: number, step = 1): number[] => Array.from({ length: count }, (_, i) => i * step);
