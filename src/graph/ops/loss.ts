import type { Value } from '../value.ts';
import { log, mul, neg, sub } from './elementwise.ts';
import { gather } from './embedding.ts';
import { squeeze, unsqueeze } from './layout.ts';
import { gemm } from './matrix.ts';
import { softmax } from './normalize.ts';
import { max, sum } from './reduce.ts';

/**
 * Negative log-likelihood of each target under the language-model head: hidden [N, D], head [V, D] (the tied
 * embedding, or a separate matrix), targets [N] → [N], in nats. A target to ignore can be any valid id whose loss is
 * given a weight of 0 afterwards.
 *
 * This is one operation instead of linear, log-softmax, and gather because the gradient of all three together is short:
 * with P the softmax, `∂hidden = g·(P·W − W[target])`, and `∂W = Pᵀ·(g·H)` minus the rows `g·H` at the targets.
 * The one-hot matrix [N, V] is never built.
 */
export function tokenLoss(hidden: Value, head: Value, targets: Value): Value {
  const { tape } = hidden.graph;
  const { p, targetRows, loss } = tape.paused(() => {
    const logits = gemm(hidden, head, { transposeB: true }); // [N, V]
    const p = softmax(logits);
    // log Σ eˣ = max x − log max p: the softmax is already computed, and its largest element cannot underflow.
    const logSumExp = sub(max(logits, -1), log(max(p, -1))); // [N, 1]
    const targetRows = gather(head, targets); // [N, D]
    const targetLogit = sum(mul(hidden, targetRows), -1, { keep: true });
    return { p, targetRows, loss: squeeze(sub(logSumExp, targetLogit), [1]) };
  });
  tape.record({
    inputs: [hidden, head, head],
    outputs: [loss],
    backward: ([g = loss]) => {
      const weight = unsqueeze(g, [1]); // [N, 1]
      const weighted = mul(hidden, weight);
      return [
        mul(sub(gemm(p, head), targetRows), weight),
        gemm(p, weighted, { transposeA: true }),
        { indices: targets, rows: neg(weighted) },
      ];
    },
  });
  return loss;
}
