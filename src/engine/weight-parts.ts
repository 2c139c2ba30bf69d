import { basename } from 'node:path';
import type { DecodeParts } from '../graph/decode.ts';
import { add, cast, concat, matmul, reshape, splitInto, sum, transpose } from '../graph/ops/index.ts';
import { only } from '../graph/ops/op.ts';
import { quantizedLinear, quantizedRows } from '../graph/quantize.ts';
import { type Dtype, dimensionAt, type Graph, type Value } from '../graph/value.ts';
import { ChispaError } from '../lib/errors.ts';
import type { ModelConfig } from '../models/config.ts';
import { tensorFor } from '../models/folder.ts';
import { layoutOf } from '../models/layouts.ts';
import type { SafetensorsFile, TensorEntry } from '../models/safetensors.ts';
import type { Precision } from './engine.ts';
import {
  bitsOf,
  groupName,
  type ModelWeights,
  packedName,
  type QuantizedPrecision,
  scalesName,
} from './quantized-file.ts';

export interface PartsOptions {
  precision: Precision;
  /** Element type of parameters and activations. */
  dtype: 'float32' | 'float16';
  /** Whether the graph is for a GPU: then products are cut into parts, and none needs a companion (`quantizedLinear`). */
  device: boolean;
}

/**
 * The parts of a decode graph that read weights from `weights`: the model's own file, or the one with its quantized
 * weights.
 */
export function weightParts(
  graph: Graph,
  folder: ModelWeights,
  weights: SafetensorsFile,
  options: PartsOptions,
): DecodeParts {
  const { precision } = options;
  return precision === 'q8' || precision === 'q4'
    ? quantizedParts(graph, folder, weights, { ...options, precision })
    : floatParts(graph, folder, weights, options);
}

function floatParts(
  graph: Graph,
  folder: ModelWeights,
  weights: SafetensorsFile,
  { dtype, device }: PartsOptions,
): DecodeParts {
  const parameter = (name: string) => float(graph, weights, tensorFor(folder, name), name, dtype);
  if (!device) return { parameter };
  const { inputsFirst } = layoutOf(folder.config);
  const group = layerGroups(folder.config, parameter);
  // Layers that share an input are one product: onnxruntime joins, turns and casts their weights once, when it loads them.
  return {
    parameter,
    project(x, names) {
      const { outputs, widths, bias } = group(names);
      const weights = names.map((name) => {
        const stored = parameter(`${name}.weight`);
        return inputsFirst ? stored : transpose(stored, [1, 0]);
      });
      const y = splitProduct(x, joined(weights, 1, outputs));
      return parted(bias ? add(y, bias) : y, widths);
    },
  };
}

/** What layers that share an input have together: numbers of inputs and outputs, the outputs of each, and their biases. */
function layerGroups(config: ModelConfig, parameter: DecodeParts['parameter']) {
  const layers = new Map(
    layoutOf(config)
      .linears.flat()
      .map((layer) => [layer.name, layer]),
  );
  return (names: readonly string[]) => {
    const own = names.map((name) => layers.get(name) ?? unknownLayer(name));
    const widths = own.map(({ outputs }) => outputs);
    const outputs = widths.reduce((sum, width) => sum + width, 0);
    const biases = own.filter(({ bias }) => bias).map(({ name }) => parameter(`${name}.bias`));
    const bias = biases.length > 0 ? joined(biases, 0, outputs) : undefined;
    return { inputs: own[0]?.inputs ?? 0, outputs, widths, bias };
  };
}

const joined = (values: readonly Value[], axis: number, length: number): Value =>
  values.length > 1 ? concat(values, axis, length) : only(values);

const parted = (y: Value, widths: readonly number[]): Value[] =>
  widths.length > 1 ? splitInto(y, 1, widths) : [y];

/**
 * x [N, inputs] times a matrix [inputs, outputs]. onnxruntime's WebGPU kernels multiply few rows with few threads, each of
 * which runs over all inputs; cut into parts of 64 inputs, the product uses more of a GPU, and fp16 loses less.
 */
function splitProduct(x: Value, weight: Value): Value {
  const [inputs, outputs] = [dimensionAt(weight.shape, 0), dimensionAt(weight.shape, 1)].map(Number);
  const parts = Number(inputs) / 64;
  if (!Number.isInteger(parts) || parts === 1) return matmul(x, weight);
  const inParts = transpose(reshape(x, ['N', parts, 64]), [1, 0, 2]); // [parts, N, 64]
  const products = matmul(inParts, reshape(weight, [parts, 64, Number(outputs)])); // [parts, N, outputs]
  return sum(products, 0);
}

/** Matrices from the quantized file; biases and norms, also stored there, unquantized. */
function quantizedParts(
  graph: Graph,
  folder: ModelWeights,
  file: SafetensorsFile,
  { precision, dtype, device }: PartsOptions & { precision: QuantizedPrecision },
): DecodeParts {
  const bits = bitsOf(precision);
  const { head, embedding } = layoutOf(folder.config);
  const { width, vocabSize } = folder.config;
  const entry = (name: string): TensorEntry => {
    const found = file.tensors.get(name);
    if (!found) throw new ChispaError('model-mismatch', `The quantized weights ${file.path} lack ${name}.`);
    return found;
  };
  const stored = (name: string, dtype: Dtype) => external(graph, file, entry(name), name, dtype);
  const matrix = (name: string) => ({
    packed: stored(packedName(name), 'uint8'),
    scales: cast(stored(scalesName(name), 'float32'), dtype),
  });
  // An embedding's rows are read from the mapped file. As a tensor of its own, though of the head's bytes, it has the shape
  // that its operation takes: onnxruntime would compute a reshaped one in advance, and hold the copy.
  const rowsOf = (name: string) => {
    const { shape, ...bytes } = entry(packedName(name));
    const [outputs = 0, blocks = 0, width = 0] = shape;
    return external(graph, file, { ...bytes, shape: [outputs, blocks * width] }, `${name}.rows`, 'uint8');
  };
  const parameter = (name: string) => float(graph, file, entry(name), name, dtype);
  const group = layerGroups(folder.config, parameter);
  return {
    parameter,
    project(x, names) {
      const { inputs, outputs, widths, bias } = group(names);
      const weights = { ...matrix(groupName(names)), bias };
      return parted(quantizedLinear(x, weights, { inputs, outputs, bits, companion: !device }), widths);
    },
    head: (hidden) =>
      quantizedLinear(hidden, matrix(head), { inputs: width, outputs: vocabSize, bits, companion: !device }),
    embed: (ids) =>
      quantizedRows(
        ids,
        { packed: rowsOf(embedding), scales: matrix(embedding).scales },
        { inputs: width, bits },
      ),
  };
}

function unknownLayer(name: string): never {
  throw new Error(`the model has no linear layer ${name}`);
}

/** A float tensor, cast once, when the session is created. */
function float(graph: Graph, file: SafetensorsFile, entry: TensorEntry, name: string, as: Dtype): Value {
  const types = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
  const { dtype } = entry;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw new ChispaError('model-mismatch', `The weight ${name} of ${file.path} is ${dtype}, not a float.`);
  return cast(external(graph, file, entry, name, types[dtype]), as);
}

function external(
  graph: Graph,
  file: SafetensorsFile,
  { shape, offset, length }: TensorEntry,
  name: string,
  dtype: Dtype,
): Value {
  return graph.external(name, dtype, shape, { location: basename(file.path), offset, length });
}
