import { type Dimension, dimensionAt, type Shape, type Value } from '../value.ts';
import { add, div, log, mul, neg, sub } from './elementwise.ts';
import { gather } from './embedding.ts';
import { concat, reshape, shapeVector, squeeze, unsqueeze } from './layout.ts';
import { gemm } from './matrix.ts';
import { softmax } from './normalize.ts';
import { int64, only } from './op.ts';
import { max, sum, total } from './reduce.ts';
import { type Rounds, repeat, unrolled } from './repeat.ts';

/** Numbers in the logits that are held at once: 128 MB. */
export const LOGITS: number = 2 ** 25;

/** The tokens whose logits are held at once: 220 with a vocabulary of 152,000. */
export const tokensAtOnce = (vocabSize: number): number => Math.max(1, Math.floor(LOGITS / vocabSize));

/** How few tokens' logits are held at once. Default: `tokensAtOnce`. */
export interface Chunks {
  /** So many. */
  atOnce?: number;
  /** This part of all, without a loop. */
  parts?: number;
}

/**
 * Negative log-likelihood of each target under the language-model head, in nats: hidden [N, D], head [V, D] (the tied
 * embedding, or a separate matrix), targets int64 [N] → [N]. No gradient.
 */
export const tokenLosses = (hidden: Value, head: Value, targets: Value, chunks: Chunks = {}): Value =>
  hidden.graph.tape.paused(() => {
    const { logSumExp } = inChunks(hidden, head, chunks);
    return lossesOf(logSumExp, hidden, gather(head, targets));
  });

/**
 * The sum of these losses, each multiplied by its token's weight [N]. A target to ignore can be any valid id with
 * weight 0.
 *
 * This is one operation instead of linear, log-softmax, and gather for the sake of memory: where the vocabulary is
 * large, nothing is as large as the logits [N, V]. Some tokens at a time, they are computed, together with what the
 * gradient needs from them, and dropped. With P the softmax and ω the weights, `∂hidden = ω·(P·W − W[target])`, and
 * `∂W = Pᵀ·(ω·H)` minus the rows `ω·H` at the targets.
 */
export function weightedLoss(
  hidden: Value,
  head: Value,
  { targets, weights, ...chunks }: { targets: Value; weights: Value } & Chunks,
): { loss: Value; losses: Value } {
  const { graph } = hidden;
  const { tape } = graph;
  const { loss, losses, ofHidden, ofHead, ofTargets } = tape.paused(() => {
    const weight = unsqueeze(weights, [1]); // [N, 1]
    const weighted = mul(hidden, weight);
    const targetRows = gather(head, targets); // [N, D]
    const { logSumExp, expected, headSum } = inChunks(hidden, head, {
      ...(tape.watches(head) && { weighted }),
      expects: tape.watches(hidden),
      ...chunks,
    });
    const losses = lossesOf(logSumExp, hidden, targetRows);
    return {
      loss: total(mul(losses, weights)),
      losses,
      ofHidden: expected && mul(sub(expected, targetRows), weight),
      ofHead: headSum,
      ofTargets: neg(weighted),
    };
  });
  tape.record({
    inputs: [hidden, head, head],
    outputs: [loss],
    backward: ([g = loss]) => {
      // At the end of a graph g is 1, and a product with it would only copy the head's gradient.
      const times = (x: Value) => (g === graph.constant(1) ? x : mul(x, g));
      return [
        ofHidden && times(ofHidden),
        ofHead && times(ofHead),
        { indices: targets, rows: times(ofTargets) },
      ];
    },
  });
  return { loss, losses };
}

const lossesOf = (logSumExp: Value, hidden: Value, targetRows: Value): Value =>
  squeeze(sub(logSumExp, sum(mul(hidden, targetRows), -1, { keep: true })), [1]);

interface OverVocabulary {
  /** `log Σ eˡ` of each token's logits: [N, 1]. */
  logSumExp: Value;
  /** `P·W`, the mean of the head's rows under each token's softmax: [N, D]. */
  expected?: Value | undefined;
  /** `Pᵀ·(ω·H)`: [V, D]. */
  headSum?: Value | undefined;
}

/** What is computed from the logits: `expected` if asked for, and `headSum` with `weighted`, ω·H [N, D]. */
function inChunks(
  hidden: Value,
  head: Value,
  {
    weighted,
    expects = false,
    atOnce = tokensAtOnce(Number(dimensionAt(head.shape, 0))),
    parts,
  }: { weighted?: Value; expects?: boolean } & Chunks,
): OverVocabulary {
  if (parts === 1) {
    const { logSumExp, p } = overVocabulary(hidden, head);
    return {
      logSumExp,
      expected: expects ? gemm(p, head) : undefined,
      headSum: weighted && gemm(p, weighted, { transposeA: true }),
    };
  }
  const { graph } = hidden;
  const tokens = dimensionAt(hidden.shape, 0);
  const width = dimensionAt(hidden.shape, 1);
  const length = shapeVector(graph, [tokens]);
  const chunks = parts === undefined ? roundedUp(length, int64(graph, [atOnce])) : int64(graph, [parts]);
  const perChunk = roundedUp(length, chunks); // chunks of the same length, but for fewer than `chunks` rows of padding
  graph.bindDimension('chunks', chunks);
  graph.bindDimension('chunk', perChunk);
  graph.bindDimension('padded', mul(chunks, perChunk));

  const padding = sub(graph.dimension('padded'), length);
  const pads = concat([int64(graph, [0, 0]), padding, int64(graph, [0])], 0, 4);
  const apart = (x: Value): Value => {
    const padded = only(graph.node('Pad', [x, pads], [{ dtype: x.dtype, shape: ['padded', width] }]));
    return reshape(padded, ['chunks', 'chunk', width]);
  };
  const joined = (x: Value, columns: Dimension): Value => {
    const shape: Shape = [tokens, columns];
    const ends = [int64(graph, [0]), length, int64(graph, [0])];
    return only(graph.node('Slice', [reshape(x, ['padded', columns]), ...ends], [{ dtype: x.dtype, shape }]));
  };

  const hiddenChunks = apart(hidden);
  const weightedChunks = weighted && apart(weighted);
  const rounds: Rounds = {
    ...(weighted && { state: { first: graph.constant([0], 'float32', [1, 1]), shape: head.shape } }),
    write(body, round, state, after) {
      const chunkOf = (x: Value) =>
        only(body.node('Gather', [x, round], [{ dtype: x.dtype, shape: ['chunk', width] }]));
      const chunk = chunkOf(hiddenChunks);
      const { logSumExp, p } = overVocabulary(after ? add(chunk, after) : chunk, head);
      const results = expects ? [logSumExp, gemm(p, head)] : [logSumExp];
      if (!weightedChunks) return { results };
      const added = [p, chunkOf(weightedChunks), state];
      const type = { dtype: 'float32', shape: head.shape } as const;
      return { results, state: only(body.node('Gemm', added, [type], { attributes: { transA: 1 } })) };
    },
  };
  const outputs =
    parts === undefined
      ? repeat(graph, 'chunks', squeeze(chunks, [0]), rounds)
      : unrolled(graph, 'chunks', parts, rounds);
  const [headSum] = outputs;
  const [logSumExp, expected] = weighted ? outputs.slice(1) : outputs;
  if (!logSumExp) throw new Error('unreachable: the first result');
  return {
    logSumExp: joined(logSumExp, 1),
    expected: expected && joined(expected, width),
    headSum: weighted && headSum,
  };
}

/** For hidden states [M, D]: `log Σ eˡ` of the logits [M, 1], and their softmax p [M, V]. */
function overVocabulary(hidden: Value, head: Value): { logSumExp: Value; p: Value } {
  const logits = gemm(hidden, head, { transposeB: true }); // [M, V]
  const p = softmax(logits);
  // log Σ eˣ = max x − log max p: the softmax is already computed, and its largest element cannot underflow.
  return { logSumExp: sub(max(logits, -1), log(max(p, -1))), p };
}

/** ⌈a / b⌉, int64. */
const roundedUp = (a: Value, b: Value): Value => div(sub(add(a, b), 1), b);
