import { availableParallelism, cpus, loadavg } from 'node:os';
import { encodeModel } from '../../src/graph/encode.ts';
import { createGraph } from '../../src/graph/graph.ts';
import { blocking, quantizedLinear } from '../../src/graph/quantize.ts';
import type { Dtype, Graph, Shape, Value } from '../../src/graph/value.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';

// npm run bench:products: onnxruntime's two 8-bit products of gpt2-spanish's matrices (head included) with a few rows,
// in isolation: the one that Chispa uses, with one scale per 64 weights, and the plain integer product, with one scale per
// column of weights and one per row of activations, which extra operations must compute.

const WIDTH = 768;
const LAYERS = 12;
/** Inputs and outputs of each matrix. */
const matrices: [number, number][] = [
  ...Array.from({ length: LAYERS }, (): [number, number][] => [
    [WIDTH, 3 * WIDTH],
    [WIDTH, WIDTH],
    [WIDTH, 4 * WIDTH],
    [4 * WIDTH, WIDTH],
  ]).flat(),
  [WIDTH, 50257],
];
const ROWS = [1, 4, 8, 16];
const ROUNDS = 30;

type Product = (x: Value, name: string, inputs: number, outputs: number) => Value;

const blockwise: Product = (x, name, inputs, outputs) => {
  const { blocks, bytes } = blocking(inputs, 8);
  const packed = x.graph.initializer(
    `${name}.packed`,
    'uint8',
    [outputs, blocks, bytes],
    weights(outputs * inputs),
  );
  const scales = x.graph.initializer(`${name}.scales`, 'float32', [outputs, blocks], ones(outputs * blocks));
  return quantizedLinear(x, { packed, scales }, { inputs, outputs, bits: 8 });
};

const integers: Product = (x, name, inputs, outputs) => {
  const { graph } = x;
  const largest = one(x, 'ReduceMax', [one(x, 'Abs', [x], x.shape), graph.constant([1], 'int64')], ['N', 1]);
  const [scale, zero] = [graph.constant(1 / 127), graph.constant(128, 'uint8')];
  const quantized = one(
    x,
    'QuantizeLinear',
    [one(x, 'Div', [x, largest], x.shape), scale, zero],
    x.shape,
    'uint8',
  );
  const matrix = graph.initializer(`${name}.matrix`, 'int8', [inputs, outputs], weights(inputs * outputs));
  const scales = graph.initializer(`${name}.scales`, 'float32', [outputs], ones(outputs));
  const [y] = graph.node(
    'MatMulIntegerToFloat',
    [quantized, matrix, scale, scales, zero, graph.constant(0, 'int8')],
    [{ dtype: 'float32', shape: ['N', outputs] }],
    { domain: 'com.microsoft' },
  );
  if (!y) throw new Error('MatMulIntegerToFloat has one output');
  return one(x, 'Mul', [y, largest], ['N', outputs]);
};

const threads = availableParallelism();
const products = { blockwise: await session(blockwise), integers: await session(integers) };
console.log(`${cpus()[0]?.model.trim()}, ${threads} threads, median of ${ROUNDS} rounds`);
console.log('| rows | blocks of 64, ms | integers, ms | integers take × |\n|---|---|---|---|');
for (const rows of ROWS) {
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: rows * WIDTH }, () => Math.random() - 0.5),
    [rows, WIDTH],
  );
  const times = { blockwise: [] as number[], integers: [] as number[] };
  for (let round = 0; round < ROUNDS; round++)
    for (const name of ['blockwise', 'integers'] as const) {
      await products[name].run({ x });
      const start = performance.now();
      for (let i = 0; i < 5; i++) await products[name].run({ x });
      times[name].push((performance.now() - start) / 5);
    }
  const ratio = median(times.integers.map((ms, i) => ms / (times.blockwise[i] ?? Number.NaN)));
  console.log(
    `| ${rows} | ${median(times.blockwise).toFixed(2)} | ${median(times.integers).toFixed(2)} | ${ratio.toFixed(2)} |`,
  );
}
console.log(`\nload average ${loadavg()[0]?.toFixed(1)}`);
process.exit(0);

/** All products in sequence; only the largest number of each result leaves the graph. */
function session(product: Product): Promise<InferenceSession> {
  const graph: Graph = createGraph();
  const x = graph.input('x', 'float32', ['N', WIDTH]);
  const wide = one(x, 'Concat', [x, x, x, x], ['N', 4 * WIDTH], 'float32', { axis: 1 });
  const results = matrices.map(([inputs, outputs], i) => {
    const y = product(inputs === WIDTH ? x : wide, `matrix.${i}`, inputs, outputs);
    return one(x, 'ReduceMax', [y, graph.constant([0, 1], 'int64')], [1, 1]);
  });
  graph.output('largest', one(x, 'Concat', results, [results.length, 1], 'float32', { axis: 0 }));
  return InferenceSession.create(encodeModel(graph, 'products'), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { spin_duration_us: '20' } } },
  });
}

function one(
  { graph }: Value,
  type: string,
  inputs: Value[],
  shape: Shape,
  dtype: Dtype = 'float32',
  attributes = {},
): Value {
  const [value] = graph.node(type, inputs, [{ dtype, shape }], { attributes });
  if (!value) throw new Error(`${type} has one output`);
  return value;
}

function weights(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 2654435761) >>> 24);
}

function ones(count: number): Float32Array {
  return new Float32Array(count).fill(0.001);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
