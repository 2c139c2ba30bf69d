import { createGraph } from './graph.ts';
import { add, concat, div, less, mul, reshape, splitInto, sqrt, sub, sum, where } from './ops/index.ts';
import { only } from './ops/op.ts';
import type { Graph, Shape, Value } from './value.ts';

/** A tensor, as a vector of its elements. */
export interface FlatTensor {
  name: string;
  size: number;
}

/** A trained tensor, and whether weight decay applies to it. */
export interface OptimizedTensor extends FlatTensor {
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
 * Inputs, for each tensor, as a vector: `parameter:NAME`, `first:NAME`, `second:NAME` (its moments) and `gradient:NAME`;
 * `loss` of the step, `clip`, `rate` (the learning rate divided by the first moment's bias correction), `root` (the inverse
 * square root of the second's), `keep` (1 − learning rate · weight decay) and `one` (1), float32 scalars; `report` float32
 * [8, 2], and `row` int64 [1, 1], where in it to put this step's loss and norm.
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
  const kinds = [true, false].map((kind) => tensors.filter(({ decayed }) => decayed === kind));
  const groups = kinds
    .flatMap(groupsOf)
    .map((group) => ({ group, gradient: joinedInputs(graph, 'gradient', group) }));

  const squares = groups.map(({ gradient }) => sumOf(mul(gradient, gradient)));
  const norm = reshape(sqrt(sum(concat(squares, 0, squares.length), 0)), [1]);
  const limit = div(clip, add(norm, 1e-6)); // as in torch.nn.utils.clip_grad_norm_
  const scale = where(less(limit, 1), limit, 1);

  for (const { group, gradient: unclipped } of groups) {
    const gradient = mul(unclipped, scale);
    const mean = (moment: Value, x: Value, beta: number) =>
      add(mul(moment, beta), mul(x, 1 - Math.fround(beta)));
    const first = mean(joinedInputs(graph, 'first', group), gradient, beta1);
    const second = mean(joinedInputs(graph, 'second', group), mul(gradient, gradient), beta2);
    const step = div(mul(first, rate), add(mul(sqrt(second), root), epsilon));
    // A product even with 1: the operation that writes a buffer must not read it.
    const kept = mul(joinedInputs(graph, 'parameter', group), group[0]?.decayed ? keep : one);
    partedOutputs(graph, 'next:parameter', group, sub(kept, step));
    partedOutputs(graph, 'next:first', group, first);
    partedOutputs(graph, 'next:second', group, second);
  }

  const report = graph.input('report', 'float32', [REPORTED_STEPS, 2]);
  const row = graph.input('row', 'int64', [1, 1]);
  const outcome = reshape(concat([reshape(loss, [1]), norm], 0, 2), [1, 2]);
  graph.output('next:report', nodeOf('ScatterND', [report, row, outcome], report.shape));
  return graph;
}

/**
 * Adds up the gradients of a step's parts: for each tensor, as a vector, `sum:NAME` and `part:NAME` → `next:NAME`, in the
 * place of the sum; `carry` float32 scalar: 0 for the first part, which forgets what was there, 1 for the others.
 */
export function deviceSums(tensors: readonly FlatTensor[]): Graph {
  const graph = createGraph();
  const carry = graph.input('carry', 'float32', []);
  for (const group of groupsOf(tensors)) {
    const [former, part] = [joinedInputs(graph, 'sum', group), joinedInputs(graph, 'part', group)];
    partedOutputs(graph, 'next', group, add(mul(former, carry), part));
  }
  return graph;
}

/** Elements up to which a tensor shares its operations with others. */
const SMALL = 2 ** 18;
/** Tensors that share them: every GPU lets an operation use eight buffers, and one is the whole. */
const TOGETHER = 7;

/**
 * The tensors in groups that are treated as one vector. An operation takes the host some 20 microseconds to start, however
 * small its tensors, and a model has a hundred small ones; large ones are not worth the copies.
 */
function groupsOf<T extends FlatTensor>(tensors: readonly T[]): T[][] {
  const groups = tensors.filter(({ size }) => size > SMALL).map((tensor) => [tensor]);
  const small = tensors.filter(({ size }) => size <= SMALL);
  for (let start = 0; start < small.length; start += TOGETHER)
    groups.push(small.slice(start, start + TOGETHER));
  return groups;
}

const sizeOf = (group: readonly FlatTensor[]): number => group.reduce((sum, { size }) => sum + size, 0);

/** The inputs `STEM:NAME` of a group, end to end. */
function joinedInputs(graph: Graph, stem: string, group: readonly FlatTensor[]): Value {
  const inputs = group.map(({ name, size }) => graph.input(`${stem}:${name}`, 'float32', [size]));
  return inputs.length > 1 ? concat(inputs, 0, sizeOf(group)) : only(inputs);
}

/** The outputs `STEM:NAME` of a group, from what is end to end. */
function partedOutputs(graph: Graph, stem: string, group: readonly FlatTensor[], whole: Value): void {
  const sizes = group.map(({ size }) => size);
  const parts = sizes.length > 1 ? splitInto(whole, 0, sizes) : [whole];
  group.forEach(({ name }, i) => {
    graph.output(`${stem}:${name}`, parts[i] ?? whole);
  });
}

/** A copy of numbers: `numbers` float32 [N] → `copy`. It carries them to a device, or from it. */
export function copyOfNumbers(): Graph {
  const graph = createGraph();
  const numbers = graph.input('numbers', 'float32', ['N']);
  graph.output('copy', nodeOf('Identity', [numbers], numbers.shape));
  return graph;
}

/** Most elements in a line. */
const LINE = 1024;

/** Sum of a vector, [1]: of its lines first, on all of a GPU's cores. */
function sumOf(x: Value): Value {
  const size = Number(x.shape[0]);
  const line = Array.from({ length: LINE }, (_, i) => LINE - i).find((length) => size % length === 0) ?? 1;
  return sum(sum(reshape(x, [size / line, line]), 1), 0, { keep: true });
}

const nodeOf = (type: string, inputs: readonly [Value, ...Value[]], shape: Shape): Value =>
  only(inputs[0].graph.node(type, inputs, [{ dtype: inputs[0].dtype, shape }]));
