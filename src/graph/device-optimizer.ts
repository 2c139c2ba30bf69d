import { createGraph } from './graph.ts';
import { add, concat, div, less, mul, reshape, sqrt, sub, sum, where } from './ops/index.ts';
import { only } from './ops/op.ts';
import type { Graph, Shape, Value } from './value.ts';

/** A trained tensor, and whether weight decay applies to it. */
export interface OptimizedTensor {
  name: string;
  shape: readonly number[];
  decayed: boolean;
}

export interface AdamWConstants {
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** Steps whose outcomes a report holds. */
export const REPORTED_STEPS = 8;

/**
 * One AdamW step (arXiv:1711.05101) over tensors that a device holds, after clipping the global norm of their gradients,
 * as `finetuning/step/optimizer.ts` does it on the CPU. The host puts every output in the place of the input it
 * succeeds: each buffer is read by operations before the one that writes it.
 *
 * Inputs, for each tensor: `parameter:NAME`, `first:NAME`, `second:NAME` (its moments) and `gradient:NAME`; `loss` of the
 * step, `clip`, `rate` (the learning rate divided by the first moment's bias correction), `root` (the inverse square root
 * of the second's), `keep` (1 − learning rate · weight decay) and `one` (1), float32 scalars; `report` float32 [8, 2],
 * and `row` int64 [1, 1], where in it to put this step's loss and norm.
 * Outputs: `next:parameter:NAME`, `next:first:NAME`, `next:second:NAME`, `next:report`. If the norm is not finite, the
 * report says so and the tensors are worthless.
 */
export function deviceAdamW(
  tensors: readonly OptimizedTensor[],
  { beta1, beta2, epsilon }: AdamWConstants,
): Graph {
  const graph = createGraph();
  const scalar = (name: string) => graph.input(name, 'float32', []);
  const [loss, clip, rate, root, keep, one] = ['loss', 'clip', 'rate', 'root', 'keep', 'one'].map(scalar);
  if (!loss || !clip || !rate || !root || !keep || !one) throw new Error('unreachable: six inputs');
  const input = (stem: string, { name, shape }: OptimizedTensor) =>
    graph.input(`${stem}:${name}`, 'float32', shape);

  const gradients = tensors.map((tensor) => input('gradient', tensor));
  const squares = gradients.map((gradient) => reshape(sumOf(mul(gradient, gradient)), [1]));
  const norm = reshape(sqrt(sum(concat(squares, 0, squares.length), 0)), [1]);
  const limit = div(clip, add(norm, 1e-6)); // as in torch.nn.utils.clip_grad_norm_
  const scale = where(less(limit, 1), limit, 1);

  tensors.forEach((tensor, i) => {
    const gradient = mul(gradients[i] ?? norm, scale);
    const mean = (moment: Value, x: Value, beta: number) =>
      add(mul(moment, beta), mul(x, 1 - Math.fround(beta)));
    const first = mean(input('first', tensor), gradient, beta1);
    const second = mean(input('second', tensor), mul(gradient, gradient), beta2);
    const step = div(mul(first, rate), add(mul(sqrt(second), root), epsilon));
    // A product even with 1: the operation that writes a buffer must not read it.
    const kept = mul(input('parameter', tensor), tensor.decayed ? keep : one);
    graph.output(`next:parameter:${tensor.name}`, sub(kept, step));
    graph.output(`next:first:${tensor.name}`, first);
    graph.output(`next:second:${tensor.name}`, second);
  });

  const report = graph.input('report', 'float32', [REPORTED_STEPS, 2]);
  const row = graph.input('row', 'int64', [1, 1]);
  const outcome = reshape(concat([reshape(loss, [1]), norm], 0, 2), [1, 2]);
  graph.output('next:report', nodeOf('ScatterND', [report, row, outcome], report.shape));
  return graph;
}

/**
 * Adds up the gradients of a step's parts: for each name, `sum:NAME` and `part:NAME` → `next:NAME`, in the place of the
 * sum; `carry` float32 scalar: 0 for the first part, which forgets what was there, 1 for the others.
 */
export function deviceSums(shapes: ReadonlyMap<string, Shape>): Graph {
  const graph = createGraph();
  const carry = graph.input('carry', 'float32', []);
  for (const [name, shape] of shapes) {
    const input = (stem: string) => graph.input(`${stem}:${name}`, 'float32', shape);
    graph.output(`next:${name}`, add(mul(input('sum'), carry), input('part')));
  }
  return graph;
}

/** A copy of numbers: `numbers` float32 [N] → `copy`. It carries them to a device, or from it. */
export function copyOfNumbers(): Graph {
  const graph = createGraph();
  const numbers = graph.input('numbers', 'float32', ['N']);
  graph.output('copy', nodeOf('Identity', [numbers], numbers.shape));
  return graph;
}

/** The sum of all elements: row by row first, so that many threads of a GPU take part, and rounding errors stay small. */
const sumOf = (x: Value): Value => (x.shape.length > 1 ? sumOf(sum(x, -1)) : sum(x, 0));

const nodeOf = (type: string, inputs: readonly [Value, ...Value[]], shape: Shape): Value =>
  only(inputs[0].graph.node(type, inputs, [{ dtype: inputs[0].dtype, shape }]));
