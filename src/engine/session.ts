import { basename, dirname } from 'node:path';
import { type DecodeParts, decodeGraph } from '../graph/decode.ts';
import { encodeModel } from '../graph/encode.ts';
import { cast, concat, splitInto } from '../graph/ops/index.ts';
import { quantizedLinear, quantizedRows } from '../graph/quantize.ts';
import type { Dtype, Graph, Value } from '../graph/value.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { env, InferenceSession } from '../lib/onnxruntime.ts';
import { tensorFor } from '../models/folder.ts';
import { layoutOf } from '../models/layouts.ts';
import type { SafetensorsFile, TensorEntry } from '../models/safetensors.ts';
import type { EngineOptions, ExecutionProvider } from './engine.ts';
import {
  bitsOf,
  groupName,
  type ModelWeights,
  packedName,
  quantizedWeights,
  scalesName,
} from './quantized-file.ts';

/** Where the engine says what its host should know: the log of the process, or a message to the parent. */
export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
}

export type SessionOptions = Pick<EngineOptions, 'provider' | 'threads' | 'precision'> & {
  log: EngineLog;
  /** The layers for which the graph takes low-rank adapters as inputs (`stackedAdapters`). Default: it takes none. */
  adapters?: readonly string[] | undefined;
  /** Where onnxruntime writes what each operation took, when `endProfiling` is called: the beginning of the file's path. */
  profile?: string;
};

/** onnxruntime's version: another one may compute the last bits, and so a sampled text, differently. */
export const runtimeVersion: string = env.versions.node ?? env.versions.common;

/**
 * An onnxruntime session of the model's decode graph (`decodeGraph`). onnxruntime reads the weights itself, out of the folder's
 * safetensors file or that of its quantized weights; half-precision ones are cast once, while the session is made.
 * A provider that is not there falls back to the CPU with a line in the log.
 * Throws `model-unusable` when onnxruntime refuses the model.
 */
export async function createDecodeSession(
  folder: ModelWeights,
  options: SessionOptions,
): Promise<{ session: InferenceSession; provider: ExecutionProvider }> {
  const { precision, adapters } = options;
  const weights =
    precision === 'fp32'
      ? folder.weights
      : await quantizedWeights(folder, precision, (message) => options.log.warn(message));
  const parts = (graph: Graph) =>
    precision === 'fp32' ? floatParts(graph, folder) : quantizedParts(graph, folder, weights, precision);
  const model = encodeModel(decodeGraph(folder.config, parts, adapters ? { adapters } : {}), folder.name);
  const create = (provider: ExecutionProvider) =>
    InferenceSession.create(model, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
      logSeverityLevel: 3, // its warnings are about shapes of empty tensors, at every step
      extra: {
        session: {
          model_external_initializers_file_folder_path: dirname(weights.path),
          // A thread that waits for the next operation spins this long, then sleeps. onnxruntime's own 1 ms is no faster and
          // takes the cores from whoever else works, another model's process above all.
          intra_op: { spin_duration_us: '20' },
        },
      },
    });
  if (options.provider !== 'cpu') {
    try {
      return { session: await create(options.provider), provider: options.provider };
    } catch (error) {
      options.log.warn(
        `EXECUTION_PROVIDER=${options.provider} is not available here, using the CPU (${messageOf(error).split('\n', 1)[0]})`,
      );
    }
  }
  try {
    return { session: await create('cpu'), provider: 'cpu' };
  } catch (cause) {
    throw new ChispaError(
      'model-unusable',
      `onnxruntime cannot run the model ${folder.path}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Weights as the model's folder has them. */
function floatParts(graph: Graph, folder: ModelWeights): DecodeParts {
  return {
    parameter: (name) => float(graph, folder.weights, tensorFor(folder, name), name),
  };
}

/** Matrices from the quantized file; biases and norms, which it holds too, as they were. */
function quantizedParts(
  graph: Graph,
  folder: ModelWeights,
  file: SafetensorsFile,
  precision: 'q8' | 'q4',
): DecodeParts {
  const bits = bitsOf(precision);
  const { linears, head, embedding } = layoutOf(folder.config);
  const { width, vocabSize } = folder.config;
  const layers = new Map(linears.flat().map((layer) => [layer.name, layer]));
  const entry = (name: string): TensorEntry => {
    const found = file.tensors.get(name);
    if (!found) throw new ChispaError('model-mismatch', `The quantized weights ${file.path} lack ${name}.`);
    return found;
  };
  const stored = (name: string, dtype: Dtype) => external(graph, file, entry(name), name, dtype);
  const matrix = (name: string) => ({
    packed: stored(packedName(name), 'uint8'),
    scales: stored(scalesName(name), 'float32'),
  });
  const parameter = (name: string) => float(graph, file, entry(name), name);
  return {
    parameter,
    project(x, names) {
      const own = names.map((name) => layers.get(name) ?? unknownLayer(name));
      const widths = own.map(({ outputs }) => outputs);
      const outputs = widths.reduce((sum, width) => sum + width, 0);
      const biases = own.filter(({ bias }) => bias).map(({ name }) => parameter(`${name}.bias`));
      const bias = biases.length > 1 ? concat(biases, 0, outputs) : biases[0];
      const inputs = own[0]?.inputs ?? 0;
      const y = quantizedLinear(x, { ...matrix(groupName(names)), bias }, { inputs, outputs, bits });
      return widths.length > 1 ? splitInto(y, 1, widths) : [y];
    },
    head: (hidden) => quantizedLinear(hidden, matrix(head), { inputs: width, outputs: vocabSize, bits }),
    embed: (ids) => quantizedRows(ids, matrix(embedding), { inputs: width, outputs: vocabSize, bits }),
  };
}

function unknownLayer(name: string): never {
  throw new Error(`the model has no linear layer ${name}`);
}

/** A tensor of a float type as float32. */
function float(graph: Graph, file: SafetensorsFile, entry: TensorEntry, name: string): Value {
  const types = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
  const { dtype } = entry;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw new ChispaError('model-mismatch', `The weight ${name} of ${file.path} is ${dtype}, not a float.`);
  return cast(external(graph, file, entry, name, types[dtype]), 'float32');
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
