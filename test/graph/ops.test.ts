import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dense, gradients } from '../../src/graph/gradients.ts';
import { createGraph } from '../../src/graph/graph.ts';
import * as ops from '../../src/graph/ops/index.ts';
import type { Graph, Value } from '../../src/graph/value.ts';
import { type Numbers, runGraph } from './run-graph.ts';

/** How to use an operation: the shapes of its differentiable inputs, and the range of their values. */
interface Use {
  shapes: number[][];
  write: (inputs: Value[], graph: Graph) => Value;
  range?: [low: number, high: number];
}

const indices = (graph: Graph) => graph.constant([2, 0, 2, 1], 'int64');
const USES: Record<string, Use> = {
  add: { shapes: [[3, 4], [4]], write: ([a, b]) => ops.add(at(a), at(b)) },
  sub: {
    shapes: [
      [2, 1, 4],
      [3, 1],
    ],
    write: ([a, b]) => ops.sub(at(a), at(b)),
  },
  mul: {
    shapes: [
      [3, 4],
      [3, 1],
    ],
    write: ([a, b]) => ops.mul(at(a), at(b)),
  },
  div: { shapes: [[3, 4], [4]], write: ([a, b]) => ops.div(at(a), at(b)), range: [1, 2] },
  neg: { shapes: [[5]], write: ([a]) => ops.neg(at(a)) },
  exp: { shapes: [[5]], write: ([a]) => ops.exp(at(a)) },
  log: { shapes: [[5]], write: ([a]) => ops.log(at(a)), range: [1, 3] },
  sqrt: { shapes: [[5]], range: [0.5, 2], write: ([a]) => ops.sqrt(at(a)) },
  sigmoid: { shapes: [[5]], write: ([a]) => ops.sigmoid(at(a)) },
  cos: { shapes: [[5]], write: ([a]) => ops.cos(at(a)) },
  sin: { shapes: [[5]], write: ([a]) => ops.sin(at(a)) },
  rotate: {
    shapes: [[1, 2, 3, 4]],
    write: ([a], graph) => {
      const angles = graph.constant([0.1, 2, -1, 0.5, 3, 0.7], 'float32', [3, 2]);
      const rows = graph.constant([2, 0, 1], 'int64', [1, 3]);
      return ops.rotate(at(a), { cos: ops.cos(angles), sin: ops.sin(angles), rows });
    },
  },
  rmsNorm: { shapes: [[3, 4], [4]], write: ([x, w]) => ops.rmsNorm(at(x), at(w), 1e-3) },
  tanh: { shapes: [[5]], write: ([a]) => ops.tanh(at(a)) },
  erf: { shapes: [[5]], write: ([a]) => ops.erf(at(a)) },
  relu: { shapes: [[5]], write: ([a]) => ops.relu(ops.sub(at(a), 1.5)), range: [2, 3] },
  'relu of negatives': { shapes: [[5]], write: ([a]) => ops.relu(at(a)), range: [-3, -1] },
  where: {
    shapes: [[2, 3], [3]],
    write: ([a, b], graph) => ops.where(graph.constant([1, 0, 1], 'bool'), at(a), at(b)),
  },
  sum: { shapes: [[3, 4]], write: ([a]) => ops.sum(at(a), 0) },
  'sum, kept': { shapes: [[3, 4]], write: ([a]) => ops.sum(at(a), -1, { keep: true }) },
  total: { shapes: [[3, 4]], write: ([a]) => ops.total(at(a)) },
  mean: { shapes: [[3, 4]], write: ([a]) => ops.mean(at(a), 1) },
  reshape: {
    shapes: [[3, 4]],
    write: ([a]) => ops.mul(ops.reshape(at(a), [2, 6]), ops.reshape(at(a), [2, 6])),
  },
  expandTo: { shapes: [[3, 1]], write: ([a]) => ops.expandTo(at(a), [2, 3, 4]) },
  transpose: { shapes: [[2, 3, 4]], write: ([a]) => ops.transpose(at(a), [2, 0, 1]) },
  swapLast: { shapes: [[2, 3, 4]], write: ([a]) => ops.swapLast(at(a)) },
  splitInto: {
    shapes: [[2, 6]],
    write: ([a]) => {
      const [left, right] = ops.splitInto(at(a), 1, [2, 4]);
      return ops.mul(ops.sum(at(left), 1), ops.sum(at(right), 1));
    },
  },
  split: {
    shapes: [[2, 6]],
    write: ([a]) => {
      const [x, y, z] = ops.split(at(a), 1, 3);
      return ops.mul(at(x), ops.add(at(y), ops.exp(at(z))));
    },
  },
  'split, one part unused': { shapes: [[2, 6]], write: ([a]) => at(ops.split(at(a), 1, 3)[1]) },
  unsqueeze: { shapes: [[3, 4]], write: ([a]) => ops.unsqueeze(at(a), [0, 2]) },
  squeeze: { shapes: [[3, 1, 4]], write: ([a]) => ops.squeeze(at(a), [1]) },
  gemm: {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    write: ([a, b]) => ops.gemm(at(a), at(b)),
  },
  'gemm, A transposed': {
    shapes: [
      [4, 3],
      [4, 2],
    ],
    write: ([a, b]) => ops.gemm(at(a), at(b), { transposeA: true }),
  },
  'gemm, B transposed': {
    shapes: [
      [3, 4],
      [2, 4],
    ],
    write: ([a, b]) => ops.gemm(at(a), at(b), { transposeB: true }),
  },
  'gemm, both transposed': {
    shapes: [
      [4, 3],
      [2, 4],
    ],
    write: ([a, b]) => ops.gemm(at(a), at(b), { transposeA: true, transposeB: true }),
  },
  'linear, [out, in]': {
    shapes: [[3, 4], [2, 4], [2]],
    write: ([x, w, b]) => ops.linear(at(x), at(w), at(b), { transposed: true }),
  },
  linear: { shapes: [[3, 4], [4, 2], [2]], write: ([x, w, b]) => ops.linear(at(x), at(w), at(b)) },
  matmul: {
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    write: ([a, b]) => ops.matmul(at(a), at(b)),
  },
  softmax: { shapes: [[3, 4]], write: ([a]) => ops.softmax(at(a)) },
  layerNorm: {
    shapes: [[3, 6], [6], [6]],
    // Spread out: near a constant row, the curvature is too high for finite differences.
    write: ([x, w, b], graph) =>
      ops.layerNorm(ops.add(at(x), graph.constant([0, 4, -4, 2, 7, -6])), at(w), at(b), 1e-5),
  },
  geluTanh: { shapes: [[8]], write: ([a]) => ops.geluTanh(at(a)), range: [-3, 3] },
  gelu: { shapes: [[8]], write: ([a]) => ops.gelu(at(a)), range: [-3, 3] },
  silu: { shapes: [[8]], write: ([a]) => ops.silu(at(a)), range: [-3, 3] },
  swiglu: { shapes: [[8], [8]], write: ([gate, up]) => ops.swiglu(at(gate), at(up)), range: [-3, 3] },
  gather: { shapes: [[3, 4]], write: ([a], graph) => ops.gather(at(a), indices(graph)) },
  weightedLoss: { shapes: [[5, 4], [3, 4]], write: lossOf() }, // biome-ignore format: one line
  'weightedLoss, in two parts without a loop': { shapes: [[5, 4], [3, 4]], write: lossOf({ parts: 2 }) }, // biome-ignore format: one line
  'weightedLoss, in more parts than tokens': { shapes: [[5, 4], [3, 4]], write: lossOf({ parts: 7 }) }, // biome-ignore format: one line
  'weightedLoss, in chunks of two and a row of padding': { shapes: [[5, 4], [3, 4]], write: lossOf({ atOnce: 2 }) }, // biome-ignore format: one line
  dropout: {
    shapes: [[4, 6]],
    write: ([a], graph) => {
      const key = (values: number[], shape: number[]) => graph.constant(values, 'int32', shape);
      return ops.dropout(at(a), 0.4, {
        multiplier: key([2654435761 | 0, 40503, -1640531527, 12345677], [4, 1]),
        offset: key([7, 2 ** 30, -(2 ** 29), 99], [4, 1]),
        column: key([1e9, -2e9, 3e8, 17, -5, 123456789], [1, 6]),
      });
    },
  },
};

function lossOf(chunks: ops.Chunks = {}): Use['write'] {
  return ([hidden, head], graph) => {
    const [targets, weights] = [graph.constant([2, 0, 2, 1, 1], 'int64'), graph.constant([1, 0.5, 2, 0, 3])];
    return ops.weightedLoss(at(hidden), at(head), { targets, weights, ...chunks }).loss;
  };
}

const at = (value: Value | undefined): Value => {
  if (!value) throw new Error('an input is missing');
  return value;
};
const STEP = 1e-2;

/** A scalar graph `Σ w·op(inputs)`, its value and its gradients. */
function writeUse({ shapes, write }: Use, weights: readonly number[]): Graph {
  const graph = createGraph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, 'float32', shape));
  for (const input of inputs) graph.tape.watch(input);
  const y = write(inputs, graph);
  const size = y.shape.reduce<number>((product, length) => product * Number(length), 1);
  const weight = graph.initializer(
    'w',
    'float32',
    y.shape,
    Float32Array.from({ length: size }, (_, i) => weights[i % weights.length] ?? 1),
  );
  const loss = ops.total(ops.mul(y, weight));
  graph.output('loss', loss);
  gradients(loss, inputs).forEach((gradient, i) => {
    graph.output(`g${i}`, dense(gradient, at(inputs[i])));
  });
  return graph;
}

it('computes the logits of a part only when nothing needs those of the part before any more', () => {
  const graph = createGraph();
  const [hidden, head] = [graph.input('h', 'float32', [5, 4]), graph.input('w', 'float32', [3, 4])];
  for (const input of [hidden, head]) graph.tape.watch(input);
  lossOf({ parts: 3 })([hidden, head], graph);
  type Node = Graph['nodes'][number];
  const reads = (node: Node, other: Node) =>
    node.inputs.some((value) => value && other.outputs.includes(value));
  const before = (node: Node): Node[] => {
    const direct = graph.nodes.filter((other) => reads(node, other));
    return [...direct, ...direct.flatMap(before)];
  };
  const parts = graph.nodes.filter(({ type }) => type === 'Softmax');
  expect(parts).toHaveLength(3);
  for (const [i, part] of parts.slice(1).entries()) {
    const former = parts[i];
    const readers = graph.nodes.filter((node) => former && reads(node, former));
    expect(readers.length).toBeGreaterThanOrEqual(3); // the loss, and the gradients of the hidden states and of the head
    const earlier = new Set(before(part));
    expect(readers.filter((node) => !earlier.has(node)).length).toBe(0);
  }
});

describe('every operation', () => {
  it.each(Object.entries(USES))('has the gradient that finite differences give: %s', async (_name, use) => {
    const [low, high] = use.range ?? [-1, 1];
    const count = use.shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const direction = fc.double({ min: 0.25, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(unit, { minLength: count, maxLength: count }),
        fc.array(fc.tuple(direction, fc.boolean()), { minLength: count, maxLength: count }),
        fc.array(direction, { minLength: 7, maxLength: 7 }),
        async (point, directions, weights) => {
          const graph = writeUse(use, weights);
          const step = directions.map(([size, up]) => (up ? size : -size));
          const inputsAt = (t: number): Numbers => {
            const flat = point.map((x, i) => low + x * (high - low) + t * (step[i] ?? 0));
            let start = 0;
            return Object.fromEntries(
              use.shapes.map((shape, i) => {
                const size = shape.reduce((a, b) => a * b, 1);
                start += size;
                return [`x${i}`, flat.slice(start - size, start)];
              }),
            );
          };
          const ahead = await runGraph(graph, inputsAt(STEP));
          const behind = await runGraph(graph, inputsAt(-STEP));
          const here = await runGraph(graph, inputsAt(0));
          const numeric = ((ahead.loss?.[0] ?? 0) - (behind.loss?.[0] ?? 0)) / (2 * STEP);
          const gradient = use.shapes.flatMap((_, i) => here[`g${i}`] ?? []);
          const analytic = gradient.reduce((sum, g, i) => sum + g * (step[i] ?? 0), 0);
          const size = Math.hypot(...gradient) * Math.hypot(...step);
          expect(Math.abs(numeric - analytic)).toBeLessThan(5e-3 * size + 1e-3);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('that is public is tested here', () => {
    const without = ['equal', 'greater', 'greaterOrEqual', 'less', 'lessOrEqual', 'and', 'or', 'max', 'min'];
    const noGradient = [
      'concat',
      'slice',
      'cast',
      'range',
      'scatterAdd',
      'addRows',
      'zeros',
      'shapeVector',
      'sumTo',
      'tokenLosses',
      'tokensAtOnce',
    ];
    const operations = Object.entries(ops).flatMap(([name, op]) => (typeof op === 'function' ? [name] : []));
    const missing = operations.filter(
      (name) => !(name in USES) && !without.includes(name) && !noGradient.includes(name),
    );
    expect(missing).toEqual([]);
  });
});
